import {useEffect, useRef, useState} from 'preact/hooks';
import {parse} from 'yaml';
import {ask, fetchFile, fileAddress} from './api.js';
import {Badge, bytes, doing, duration, Fault, Progress, sentence, Time, useLoaded} from './parts.jsx';
import {Plot} from './plot.jsx';
import {Current} from './current.jsx';
import {Complaint, FormFaults, Plugin, useFaults} from './settings.jsx';
import {loadPlugins} from './submit.jsx';

const OVER = ['DONE', 'FAILED', 'CANCELLED'];
const RETRY_MILLIS = 3000;
const DRAW_MILLIS = 250;
const MOST_STEPS = 4000;

/** The steps of a run, thinned evenly when there are more than a picture can show; the last is always there. */
class Trace {
    kept = [];
    stride = 1;
    last = null;

    add(step) {
        this.last = step;
        if (step.iteration % this.stride) return;
        this.kept.push(step);
        if (this.kept.length > MOST_STEPS) {
            this.stride *= 2;
            this.kept = this.kept.filter(s => s.iteration % this.stride === 0);
        }
    }

    get steps() {
        return this.last === null || this.last === this.kept.at(-1) ? this.kept : [...this.kept, this.last];
    }
}

/** A job's state and steps as they come; `loose` tells that the stream is interrupted. */
function useJob(id) {
    const [job, setJob] = useState(null);
    const [error, setError] = useState(null);
    const [loose, setLoose] = useState(false);
    const trace = useRef(new Trace());
    const [, draw] = useState(0);
    const over = job !== null && OVER.includes(job.state);
    const wasOver = useRef(false);
    const [round, setRound] = useState(0);
    useEffect(() => {
        // a job that had ended goes on
        if (wasOver.current && !over) setRound(r => r + 1);
        wasOver.current = over;
    }, [over]);

    /** Asks for all of the job; whether it is worth while to ask again. */
    const whole = () => ask(`jobs/${id}`).then(
        now => {
            setJob(now);
            return true;
        },
        fault => {
            setError(fault);
            return fault.status !== 404 && fault.status !== 401;
        });
    useEffect(() => {
        let timer;
        let source;
        let gone = false;
        const drawSoon = () => {
            timer ??= setTimeout(() => {
                timer = undefined;
                draw(n => n + 1);
            }, DRAW_MILLIS);
        };
        const follow = () => {
            if (gone) return;
            trace.current = new Trace();
            source = new EventSource(`/api/v1/jobs/${id}/events`);
            source.onopen = () => setLoose(false);
            source.addEventListener('step', event => {
                trace.current.add(JSON.parse(event.data));
                drawSoon();
            });
            source.addEventListener('state', event => {
                const state = JSON.parse(event.data);
                setJob(before => before && {...before, ...state});
                if (OVER.includes(state.state)) {
                    source.close();
                    drawSoon();
                }
                whole();
            });
            source.onerror = () => {
                setLoose(true);
                // a stream that was refused does not come back by itself; asking tells why
                if (source.readyState === EventSource.CLOSED) {
                    whole().then(again => again && setTimeout(follow, RETRY_MILLIS));
                }
            };
        };
        whole();
        follow();
        return () => {
            gone = true;
            clearTimeout(timer);
            source.close();
        };
    }, [id, round]);
    const {steps} = trace.current;
    const iteration = over ? null : (steps.at(-1)?.iteration ?? job?.iteration);
    return {job: job && {...job, iteration}, error, loose, steps, setJob};
}

/** A job: where it stands, how it converges, what came out, and what can be done with it. */
export function JobPage({id, me}) {
    const {job, error, loose, steps, setJob} = useJob(id);
    const mine = job && (me.role === 'admin' || (me.role === 'user' && me.user === job.owner));
    if (!job) return <><div class="title"><h1>Job {id}</h1></div><Fault error={error} /></>;
    return (
        <>
            <div class="title">
                <h1><span class="id">{job.id}</span> {job.name}</h1>
                <span class="badges"><Badge word={job.state} /></span>
                {mine && <Actions job={job} setJob={setJob} />}
            </div>
            {!OVER.includes(job.state) && (
                <div class="status">
                    {doing(job)} {loose && <em>The connection is interrupted; trying again.</em>}
                    <Progress job={job} />
                </div>
            )}
            <Outcome job={job} />
            <Facts job={job} mine={mine} setJob={setJob} />
            <Convergence job={job} steps={steps} />
            {!OVER.includes(job.state) && <Current job={job} />}
            {mine && ['RUNNING', 'PAUSED'].includes(job.state) && <Swap job={job} setJob={setJob} />}
            <Report job={job} />
            <Files job={job} />
        </>
    );
}

function Actions({job, setJob}) {
    const [fault, setFault] = useState(null);
    const act = async (path, options) => {
        try {
            const answer = await ask(`jobs/${job.id}${path}`, options);
            setFault(null);
            if (answer) setJob(before => ({...before, ...answer}));
            else location.hash = '#/jobs';
        } catch (error) {
            setFault(error);
        }
    };
    const sure = (question, go) => () => confirm(question) && go();
    const running = !OVER.includes(job.state);
    const paused = job.state === 'PAUSED' || (running && job.wanted === 'PAUSE');
    return (
        <span class="buttons">
            {running && !paused && <button onClick={() => act('/pause', {method: 'POST'})}>Pause</button>}
            {(paused || ['FAILED', 'CANCELLED'].includes(job.state))
                && <button onClick={() => act('/resume', {method: 'POST'})}>Resume</button>}
            {running && <button onClick={sure(`Cancel job ${job.id}? What is done is kept.`, () => act('', {method: 'DELETE'}))}>Cancel</button>}
            {!running && <a class="button" href={`#/submit/${job.id}`}>Submit again …</a>}
            {!running && (
                <button onClick={sure(`Erase job ${job.id} with all its files?`, () => act('?purge=true', {method: 'DELETE'}))}>Erase</button>
            )}
            <Fault error={fault} />
        </span>
    );
}

/** The verdict with its reasons, or what ended the job. */
function Outcome({job}) {
    if (job.error) {
        return (
            <section class="outcome fail">
                <h2>{job.error.title}</h2>
                <p>{sentence(job.error.detail)}</p>
            </section>
        );
    }
    if (!job.verdict) return null;
    const reasons = job.reasons ?? [];
    return (
        <section class={`outcome ${job.verdict.toLowerCase()}`}>
            <h2>Verdict: {job.verdict}</h2>
            {reasons.length === 0 && <p>No check found a fault.</p>}
            <ul>
                {reasons.map(r => (
                    <li key={r.code}>{sentence(r.message)} {r.remedy && <span class="help">{sentence(r.remedy)}</span>}</li>
                ))}
            </ul>
        </section>
    );
}

function Facts({job, mine, setJob}) {
    const seconds = job.started && job.finished ? (new Date(job.finished) - new Date(job.started)) / 1000 : null;
    const rows = {
        Owner: job.owner,
        Submitted: <Time at={job.submitted} />,
        Started: job.started && <Time at={job.started} />,
        Finished: job.finished && <Time at={job.finished} />,
        Took: seconds != null && duration(seconds),
        Segment: job.segment > 1 && job.segment,
        Starts: job.tries > 1 && job.tries,
        Memory: job.memory && `about ${bytes(job.memory)}`,
        Sweep: job.sweep && <a href={`#/sweep/${job.sweep}`}>{job.sweep}</a>,
        Priority: mine && ['QUEUED', 'PAUSED'].includes(job.state) ? <Priority job={job} setJob={setJob} /> : job.priority !== 0 && job.priority,
    };
    return (
        <dl class="facts">
            {Object.entries(rows).filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}
        </dl>
    );
}

/** A job's place in the queue: those with a higher priority start first. */
function Priority({job, setJob}) {
    const [fault, setFault] = useState(null);
    const set = async event => {
        const priority = Number(event.target.value);
        if (!Number.isInteger(priority) || event.target.value === '') return;
        try {
            setJob(await ask(`jobs/${job.id}`, {method: 'PATCH', json: {priority}}));
            setFault(null);
        } catch (error) {
            setFault(error);
        }
    };
    return (
        <>
            <input type="number" min={-1000} max={1000} value={job.priority} onChange={set} aria-label="Priority"
                title="Jobs with a higher priority start first" />
            <Fault error={fault} />
        </>
    );
}

const words = key => key.replaceAll('-', ' ').replace(/^./, c => c.toUpperCase());

function Convergence({job, steps}) {
    const {value: marks = []} = useLoaded(() => segmentStarts(job.id), [job.id, job.segment, job.state]);
    if (!steps.length) {
        return OVER.includes(job.state) ? null : <section><h2>Convergence</h2><p class="empty">The first step is still to come.</p></section>;
    }
    const x = steps.map(s => s.iteration);
    const failed = steps.at(-1).failed;
    return (
        <section>
            <h2>Convergence</h2>
            <div class="plots">
                <Plot title="Residual" x={x} y={steps.map(s => s.residual)} marks={marks} />
                <Plot title="Spread" x={x} y={steps.map(s => s.spread)} marks={marks} />
                {Object.keys(steps.at(-1).values).map(key => (
                    <Plot title={words(key)} x={x} y={steps.map(s => s.values[key] ?? null)} marks={marks} key={key} />
                ))}
            </div>
            {marks.length > 0 && <p class="help">Dashed: a plug-in was swapped.</p>}
            {failed > 0 && <p class="fault">The forward model failed for {failed} particles in the last step.</p>}
        </section>
    );
}

/** The steps after which a plug-in was swapped, as the problem file tells. */
async function segmentStarts(id) {
    const {files} = await ask(`jobs/${id}/files/`);
    if (!files.some(f => f.name === 'problem.yaml')) return [];
    const problem = parse(await (await fetchFile(id, 'problem.yaml')).text());
    return (problem.segments ?? []).map(s => s['from-iteration']);
}

const SWAPPED = {prior: 'priors', noise: 'noises', solver: 'solvers', backend: 'backends'};

/** Exchanges a plug-in of a job at its next safe point. */
function Swap({job, setJob}) {
    const {value: plugins, error: noPlugins} = useLoaded(loadPlugins, []);
    const [section, setSection] = useState('prior');
    const [value, setValue] = useState({});
    const [done, setDone] = useState('');
    const faults = useFaults();
    const submit = async event => {
        event.preventDefault();
        faults.place(null);
        setDone('');
        try {
            const answer = await ask(`jobs/${job.id}/swap`, {method: 'POST', json: {[section]: value}});
            setJob(before => ({...before, ...answer}));
            setDone(`The ${section} becomes ${value.type} at the next safe point.`);
        } catch (error) {
            faults.place(error);
        }
    };
    return (
        <details class="card swap">
            <summary><h2>Swap a plug-in</h2> <span class="help">without stopping the job</span></summary>
            <form class="fields" onSubmit={submit} noValidate>
                <Fault error={noPlugins} />
                <div class="field wide">
                    <label for="section">What</label>
                    <select id="section" value={section} onChange={e => {
                        setSection(e.target.value);
                        setValue({});
                        faults.place(null);
                    }}>
                        {Object.keys(SWAPPED).map(s => <option value={s} key={s}>{s}</option>)}
                    </select>
                    <p class="help">
                        The particles are kept, the solver gets its full number of steps again, and what was sampled
                        before is kept apart.
                    </p>
                </div>
                {plugins && (
                    <FormFaults keys={faults.keys} fault={faults.fault}>
                        <Plugin path={section} title={`New ${section}`} plugins={plugins[SWAPPED[section]]} value={value}
                            otherwise="" onChange={setValue} key={section} />
                    </FormFaults>
                )}
                <div class="wide">
                    {faults.fault?.at === null && <Complaint error={faults.fault.error} />}
                    <button class="main" disabled={!value.type}>Swap</button>
                    {done && <p role="status">{done}</p>}
                </div>
            </form>
        </details>
    );
}

function Report({job}) {
    if (!job.links?.report) return null;
    return (
        <section>
            <div class="title">
                <h2>Report</h2>
                <a href={job.links.report} target="_blank" rel="noopener">Open on a page of its own</a>
            </div>
            <iframe class="report" src={job.links.report} title={`Report of job ${job.id}`} key={`${job.tries} ${job.finished}`} />
        </section>
    );
}

function Files({job}) {
    const {value} = useLoaded(() => ask(`jobs/${job.id}/files/`), [job.id, job.state, job.finished]);
    if (!value?.files.length) return null;
    return (
        <details class="card">
            <summary><h2>Files</h2> <span class="help">{value.files.length}, {bytes(value.files.reduce((sum, f) => sum + f.bytes, 0))}</span></summary>
            <ul class="files">
                {value.files.map(f => (
                    <li key={f.name}>
                        <a href={fileAddress(job.id, f.name)} target="_blank" rel="noopener">{f.name}</a>
                        <span class="help">{bytes(f.bytes)}</span>
                        <a href={fileAddress(job.id, f.name)} download={f.name.split('/').at(-1)} aria-label={`Save ${f.name}`}>Save</a>
                    </li>
                ))}
            </ul>
        </details>
    );
}
