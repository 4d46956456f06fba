import {useEffect, useRef, useState} from 'preact/hooks';
import {ask, fetchFile, Refusal} from './api.js';
import {bytes, duration, Fault, useLoaded} from './parts.jsx';
import {nameFor, placeOf, read, readProblem, show, write} from './problem.js';
import {Complaint, FormFaults, Plugin, Settings, useFaults} from './settings.jsx';

const START = {
    'forward-model': {type: 'linear'}, data: {}, noise: {type: 'gaussian'}, prior: {type: 'l1'}, solver: {type: 'rwpo'}, seed: 1,
};
const SECTIONS = ['models', 'noises', 'priors', 'solvers', 'backends'];

/** All plug-ins, by kind. */
export async function loadPlugins() {
    const lists = await Promise.all(SECTIONS.map(kind => ask(kind)));
    return Object.fromEntries(SECTIONS.map((kind, i) => [kind, lists[i].plugins]));
}

/**
 * A problem is made in a form or as a text; the form knows what the plug-ins accept, the text is the
 * problem file itself. What is set in one is found in the other.
 *
 * @param template a job whose problem and files to begin with, or undefined
 */
export function Submit({template}) {
    const {value: plugins, error: noPlugins} = useLoaded(loadPlugins, []);
    const [problem, setProblem] = useState(START);
    const [text, setText] = useState(null);
    const [files, setFiles] = useState([]);
    const [name, setName] = useState('');
    const [priority, setPriority] = useState('');
    const [busy, setBusy] = useState('');
    const [facts, setFacts] = useState(null);
    const faults = useFaults();
    const area = useRef();

    useEffect(() => {
        if (template) load(template).then(begin, faults.place);
    }, []);
    const begin = ({text: t, files: f, name: n}) => {
        setText(t);
        setFiles(f);
        setName(n);
    };
    const now = text === null ? problem : (readProblem(text).problem ?? {});
    const nameOf = f => f.name ?? nameFor(f.file, now);

    const add = async chosen => {
        const isProblem = f => /\.(ya?ml|json)$/i.test(f.name);
        const first = [...chosen].find(isProblem);
        const rest = [...chosen].filter(f => f !== first);
        if (first) {
            setText(await first.text());
            setName(first.name.replace(/\.\w+$/, ''));
        }
        setFiles([...files.filter(f => !rest.some(r => r.name === f.file.name)), ...rest.map(file => ({file}))]);
        faults.place(null);
    };
    const toText = () => setText(write(problem));
    const toForm = () => {
        const {problem: p, fault} = readProblem(text);
        if (fault) return faults.place(new Error(fault));
        setProblem(p);
        setText(null);
        faults.place(null);
    };

    const send = async path => {
        if (text !== null && readProblem(text).fault) {
            area.current.focus();
            return null;
        }
        const form = new FormData();
        // of a sweep, the problem that it varies is checked
        const one = path === 'validate' && now.sweep ? write(without(now, 'sweep')) : text ?? write(problem);
        form.append('problem', new Blob([one]), 'problem.yaml');
        for (const f of files) form.append('files', f.file, nameOf(f));
        setBusy(path);
        setFacts(null);
        faults.place(null);
        try {
            const query = new URLSearchParams({...(name && {name}), ...(priority && path !== 'validate' && {priority})});
            return await ask(`${path}?${query}`, {method: 'POST', form});
        } catch (error) {
            place(error);
            return null;
        } finally {
            setBusy('');
        }
    };
    const place = error => {
        if (error instanceof Refusal && /was not sent/.test(error.rule ?? '')) {
            error.remedy = 'choose it here';
            faults.setFault({error, at: 'files'});
        } else if (text !== null) {
            faults.setFault({error, at: 'text'});
            const range = error.key && placeOf(text, error.key);
            if (range) {
                area.current.focus();
                area.current.setSelectionRange(...range);
            }
        } else {
            faults.place(error);
        }
    };
    const submit = async event => {
        event.preventDefault();
        const made = await send(now.sweep ? 'sweeps' : 'jobs');
        if (made) location.hash = now.sweep ? `#/sweep/${made.sweep}` : `#/jobs/${made.id}`;
    };
    const check = async () => setFacts(await send('validate'));
    // what was complained about may be right now
    const edit = set => value => {
        set(value);
        faults.place(null);
    };
    const at = where => (faults.fault?.at === where ? faults.fault.error : null);

    return (
        <form onSubmit={submit} noValidate onDragOver={e => e.preventDefault()} onDrop={e => {
            e.preventDefault();
            add(e.dataTransfer.files);
        }}>
            <div class="title"><h1>Submit a problem</h1></div>
            <Fault error={noPlugins} />
            <section class="card">
                <h2>Files</h2>
                <p>
                    The problem file (YAML) and the files that it names; or only the latter, and the problem is set
                    below. They may be dropped on this page, too.
                </p>
                <label class="button">
                    Choose files
                    <input class="hidden" type="file" multiple onChange={e => {
                        add(e.target.files);
                        e.target.value = '';
                    }} />
                </label>
                <Files files={files} nameOf={nameOf} setFiles={setFiles} />
                <Complaint error={at('files')} />
            </section>

            <div class="tabs" role="group" aria-label="How to set the problem">
                <button type="button" aria-pressed={text === null} onClick={() => text !== null && toForm()}>Form</button>
                <button type="button" aria-pressed={text !== null} onClick={() => text === null && toText()}>Text</button>
            </div>
            {text !== null && <Text text={text} setText={edit(setText)} area={area} error={at('text')} />}
            {text === null && plugins && (
                <FormFaults keys={faults.keys} fault={faults.fault} files={files.map(nameOf)}>
                    <Sections plugins={plugins} problem={problem} setProblem={edit(setProblem)} />
                    <Sweep value={problem.sweep} onChange={edit(grid => setProblem(grid ? {...problem, sweep: grid} : without(problem, 'sweep')))} />
                </FormFaults>
            )}

            <section class="card send">
                <div class="field">
                    <label for="name">Name</label>
                    <input id="name" value={name} onInput={e => setName(e.target.value)} placeholder="problem" maxLength={100} />
                </div>
                <div class="field">
                    <label for="priority">Priority</label>
                    <input id="priority" type="number" min={-1000} max={1000} value={priority} placeholder="0"
                        onInput={e => setPriority(e.target.value)} aria-describedby="priority-help" />
                    <p class="help" id="priority-help">Jobs with a higher priority start first.</p>
                </div>
                {at(null) && <Complaint error={at(null)} />}
                <div class="buttons">
                    <button class="main" disabled={busy !== ''}>{busy && busy !== 'validate' ? 'Submitting …' : now.sweep ? `Submit ${jobsOf(now.sweep)} jobs` : 'Submit'}</button>
                    <button type="button" disabled={busy !== ''} onClick={check}>{busy === 'validate' ? 'Checking …' : 'Check only'}</button>
                </div>
                {facts && <Facts facts={facts} />}
            </section>
        </form>
    );
}

function without(map, key) {
    const {[key]: _, ...rest} = map;
    return rest;
}

/** How many jobs a sweep makes. */
function jobsOf(grid) {
    return Object.values(grid).reduce((n, values) => n * (Array.isArray(values) ? values.length : 1), 1);
}

/** One request, many jobs: a list of values for each of some settings, and a job for each combination. */
function Sweep({value = {}, onChange}) {
    const [axes, setAxes] = useState(() => Object.entries(value).map(([key, values]) => ({key, text: show(values).replace(/^\[ ?| ?]$/g, '')})));
    const change = next => {
        setAxes(next);
        const whole = next.filter(a => a.key.trim() && a.text.trim());
        onChange(whole.length ? Object.fromEntries(whole.map(a => [a.key.trim(), read(`[${a.text}]`)])) : undefined);
    };
    const set = (i, part) => change(axes.map((a, k) => (k === i ? {...a, ...part} : a)));
    return (
        <details class="card" open={axes.length > 0}>
            <summary><h2>Sweep</h2> <span class="help">many jobs, one for each combination of values</span></summary>
            <div class="sweep">
                {axes.map((axis, i) => (
                    <div class="axis" key={i}>
                        <label>Setting <input value={axis.key} placeholder="prior.weight" spellcheck={false} autocapitalize="off"
                            onInput={e => set(i, {key: e.target.value})} /></label>
                        <label>Values <input value={axis.text} placeholder="1, 2, 4" spellcheck={false}
                            onInput={e => set(i, {text: e.target.value})} /></label>
                        <button type="button" class="quiet" aria-label={`Remove ${axis.key || 'this setting'} from the sweep`}
                            onClick={() => change(axes.filter((_, k) => k !== i))}>Remove</button>
                    </div>
                ))}
                <div><button type="button" onClick={() => setAxes([...axes, {key: '', text: ''}])}>Vary a setting</button></div>
            </div>
        </details>
    );
}

/** The problem and the files of a job. */
async function load(id) {
    const {files} = await ask(`jobs/${id}/files/input/`);
    const blobs = await Promise.all(files.map(f => fetchFile(id, `input/${f.name}`)));
    const problem = files.findIndex(f => f.name === 'problem.yaml');
    return {
        text: await blobs[problem].text(),
        files: files.flatMap((f, i) => (i === problem ? [] : [{file: new File([blobs[i]], f.name.split('/').at(-1)), name: f.name}])),
        name: (await ask(`jobs/${id}`)).name,
    };
}

/** The chosen files; each goes by the name that the problem has for it, or by one that the user gives. */
function Files({files, nameOf, setFiles}) {
    if (!files.length) return null;
    const rename = (file, name) => setFiles(files.map(f => (f.file === file ? {file, name} : f)));
    return (
        <ul class="files">
            {files.map(f => (
                <li key={f.file.name}>
                    <input aria-label={`name of ${f.file.name} in the problem`} value={nameOf(f)} spellcheck={false}
                        onInput={e => rename(f.file, e.target.value)} />
                    <span class="help">{bytes(f.file.size)}</span>
                    <button type="button" class="quiet" aria-label={`Remove ${f.file.name}`}
                        onClick={() => setFiles(files.filter(other => other !== f))}>Remove</button>
                </li>
            ))}
        </ul>
    );
}

function Text({text, setText, area, error}) {
    const {fault} = readProblem(text);
    return (
        <section class="card">
            <h2><label for="text">Problem file</label></h2>
            <textarea id="text" ref={area} class="code" rows={Math.min(28, Math.max(12, text.split('\n').length + 1))}
                value={text} onInput={e => setText(e.target.value)} spellcheck={false}
                aria-invalid={error || fault ? true : undefined} aria-describedby="text-fault" />
            <div id="text-fault">
                {text.trim() !== '' && fault && !error && <p class="fault">{fault}.</p>}
                <Complaint error={error} />
            </div>
        </section>
    );
}

function Sections({plugins, problem, setProblem}) {
    const set = (key, value) => {
        const next = {...problem, [key]: value};
        if (value === undefined) delete next[key];
        setProblem(next);
    };
    const model = plugins.models.find(m => m.type === problem['forward-model']?.type);
    return (
        <>
            <section class="card fields">
                <h2>Forward model and data</h2>
                <Plugin path="forward-model" title="Kind of model" plugins={plugins.models} value={problem['forward-model']}
                    onChange={v => set('forward-model', v)} />
                <h3>Data</h3>
                {model && <Settings settings={model.data} path="data" value={problem.data ?? {}} onChange={v => set('data', v)} />}
            </section>
            <section class="card fields">
                <h2>Noise</h2>
                <Plugin path="noise" title="Kind of noise" plugins={plugins.noises} value={problem.noise} otherwise="gaussian"
                    onChange={v => set('noise', v)} />
            </section>
            <section class="card fields">
                <h2>Prior</h2>
                <Plugin path="prior" title="Kind of prior" plugins={plugins.priors} value={problem.prior} onChange={v => set('prior', v)} />
            </section>
            <details class="card">
                <summary><h2>Solver</h2> <span class="help">{problem.solver?.type ?? 'rwpo'}, seed {problem.seed ?? 1}</span></summary>
                <div class="fields">
                    <Plugin path="solver" title="Kind of solver" plugins={plugins.solvers} value={problem.solver} otherwise="rwpo"
                        onChange={v => set('solver', v)} />
                    <Settings path="" value={problem} onChange={setProblem} settings={[
                        SEED,
                        {...BACKEND, choices: plugins.backends.map(b => b.type)},
                    ]} />
                </div>
            </details>
        </>
    );
}

const PLAIN = {required: false, unit: '', choices: [], minimum: null, 'minimum-open': false, maximum: null};
const SEED = {
    ...PLAIN, key: 'seed', kinds: ['integer'], default: 1, rule: 'a whole number', help: 'the same seed gives the same bytes',
};
const BACKEND = {
    ...PLAIN, key: 'backend', kinds: ['choice'], default: 'auto', rule: 'a backend', help: 'what computes the layers',
};

function Facts({facts}) {
    const seconds = facts['seconds-per-step'] && facts.iterations ? facts['seconds-per-step'] * facts.iterations : null;
    const rows = {
        Parameters: facts.parameters, Data: facts.data, Particles: facts.particles, Steps: facts.iterations,
        Memory: facts['memory-bytes'] && bytes(facts['memory-bytes']), 'Time (estimate)': seconds && duration(seconds),
        Backend: facts.backend,
    };
    return (
        <div class="good" role="status">
            <p>The problem can be run.</p>
            <dl class="facts">
                {Object.entries(rows).filter(([, v]) => v != null).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
            </dl>
        </div>
    );
}
