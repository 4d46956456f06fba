import {createContext} from 'preact';
import {useContext, useEffect, useId, useRef, useState} from 'preact/hooks';
import {Refusal} from './api.js';
import {sentence} from './parts.jsx';
import {fits, nearest, read, same, show} from './problem.js';

const SETTLE_MILLIS = 700;

/** What a form's fields share: its keys, the fault to show at one of them, the files to choose from. */
const Form = createContext(null);

/** Surrounds fields; a fault {error, at} is shown at the field with the key `at`. */
export function FormFaults({keys, fault, files = [], children}) {
    return <Form.Provider value={{keys, fault, files}}>{children}</Form.Provider>;
}

/** Faults of a form: where each belongs among the fields that are there. */
export function useFaults() {
    const keys = useRef(new Set()).current;
    const [fault, setFault] = useState(null);
    const place = error => setFault(error && {error, at: error instanceof Refusal ? nearest(error.key, keys) : null});
    return {keys, fault, place, setFault};
}

/** The fault that belongs to a field; brings the field to light. */
function useFault(key, element) {
    const {keys, fault} = useContext(Form);
    useEffect(() => {
        keys.add(key);
        return () => keys.delete(key);
    }, [key]);
    const error = fault?.at === key ? fault.error : null;
    useEffect(() => {
        if (!error) return;
        for (let e = element.current; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
        element.current?.focus();
    }, [error]);
    return error;
}

/** What is wrong with a value, and the remedy. */
export function Complaint({id, error}) {
    if (!error) return null;
    const what = error.rule ? `${error.key} ${error.rule}${error.value == null ? '' : `, got ${error.value}`}` : error.message;
    return <p class="fault" id={id} role="alert">{sentence(what)}{error.remedy && ` ${capital(sentence(error.remedy))}`}</p>;
}

const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

/** The kind of a section, e.g. which prior, and that plug-in's settings. */
export function Plugin({path, title, plugins, value, otherwise, onChange, children}) {
    const id = useId();
    const choice = useRef();
    const error = useFault(path, choice);
    const type = value?.type ?? otherwise;
    const plugin = plugins.find(p => p.type === type);
    return (
        <>
            <div class="field wide">
                <label for={id}>{title}</label>
                <select id={id} ref={choice} value={type} aria-invalid={error ? true : undefined}
                    onChange={e => onChange({type: e.target.value})}>
                    {!plugin && <option value={type}>{type ? `${type} (not installed)` : 'choose …'}</option>}
                    {plugins.map(p => <option value={p.type} key={p.type}>{p.type}</option>)}
                </select>
                <p class="help">{plugin?.summary}{plugin?.unavailable && ` Cannot be used here: ${plugin.unavailable}.`}</p>
                <Complaint error={error} />
            </div>
            {plugin && <Settings settings={plugin.settings} path={path} value={value ?? {}}
                onChange={settings => onChange({type, ...settings})} />}
            {children}
        </>
    );
}

/** Fields for settings; `value` is the mapping that holds them, `path` its key, empty for the whole problem. */
export function Settings({settings, path, value, onChange}) {
    const change = (key, v) => {
        const next = {...value, [key]: v};
        if (v === undefined) delete next[key];
        onChange(next);
    };
    return settings.map(s => {
        const props = {setting: s, path: path ? `${path}.${s.key}` : s.key, value: value?.[s.key], onChange: v => change(s.key, v)};
        return s.kinds.length === 1 && s.kinds[0] === 'group'
            ? <Group {...props} key={s.key} />
            : <Field {...props} key={s.key} />;
    });
}

function Group({setting, path, value, onChange}) {
    const element = useRef();
    const error = useFault(path, element);
    return (
        <details class="group wide" ref={element} open={value !== undefined}>
            <summary>{setting.key} <span class="help">{setting.help}</span></summary>
            <Complaint error={error} />
            <div class="fields">
                <Settings settings={setting.settings} path={path} value={value}
                    onChange={v => onChange(Object.keys(v).length ? v : undefined)} />
            </div>
        </details>
    );
}

const ONLY = (setting, ...kinds) => setting.kinds.every(k => kinds.includes(k));

function Field({setting, path, value, onChange}) {
    const id = useId();
    const element = useRef();
    const refused = useFault(path, element);
    const [settled, setSettled] = useState(value);
    useEffect(() => {
        // while it is written a value may be anything
        const timer = setTimeout(() => setSettled(value), SETTLE_MILLIS);
        return () => clearTimeout(timer);
    }, [value]);
    const unfit = settled === value && value !== undefined && !fits(setting, value)
        ? {key: setting.key, rule: `must be ${setting.rule}`, value: show(value)} : null;
    const error = unfit ?? refused;
    const props = {
        id, setting, value, onChange,
        element: {
            ref: element, id, required: setting.required,
            'aria-invalid': error ? true : undefined, 'aria-describedby': `${id}-help ${id}-fault`,
        },
    };
    const Input = ONLY(setting, 'choice', 'boolean') ? Choice
        : setting.kinds.some(k => ['mapping', 'groups', 'priors', 'index-lists'].includes(k)) ? Area : Line;
    return (
        <div class={`field ${Input === Area ? 'wide' : ''}`}>
            <label for={id}>
                {setting.key}{setting.unit && <span class="unit"> ({setting.unit})</span>}
                {setting.required && <span class="needed"> needed</span>}
            </label>
            <Input {...props} />
            <p class="help" id={`${id}-help`}>{sentence(setting.help)}</p>
            <Complaint error={error} id={`${id}-fault`} />
        </div>
    );
}

function Choice({setting, value, onChange, element}) {
    const choices = [...setting.choices, ...(setting.kinds.includes('boolean') ? ['true', 'false'] : [])];
    return (
        <select {...element} value={show(value)} onChange={e => onChange(read(e.target.value))}>
            <option value="">{setting.default == null ? '–' : `${show(setting.default)} (default)`}</option>
            {choices.map(c => <option value={c} key={c}>{c}</option>)}
        </select>
    );
}

/** The text of a field while it is written, in step with its value. */
function useDraft(value, onChange) {
    const [draft, setDraft] = useState(() => show(value));
    useEffect(() => {
        if (!same(read(draft), value)) setDraft(show(value));
    }, [value]);
    const write = event => {
        setDraft(event.target.value);
        onChange(read(event.target.value));
    };
    return {value: draft, onInput: write};
}

function Line({id, setting, value, onChange, element}) {
    const {files} = useContext(Form);
    const draft = useDraft(value, onChange);
    const proposals = [...setting.choices, ...(setting.kinds.includes('file') ? files : [])];
    return (
        <>
            <input {...element} {...draft} spellcheck={false} autocomplete="off" autocapitalize="off"
                inputMode={ONLY(setting, 'number', 'integer') ? 'decimal' : undefined}
                list={proposals.length ? `${id}-list` : undefined} placeholder={hint(setting)} />
            {proposals.length > 0 && (
                <datalist id={`${id}-list`}>{proposals.map(p => <option value={p} key={p} />)}</datalist>
            )}
        </>
    );
}

function hint(setting) {
    if (setting.default != null) return show(setting.default);
    return setting.kinds.includes('prior') ? '{type: l1, weight: 1}' : '';
}

function Area({setting, value, onChange, element}) {
    const draft = useDraft(value, onChange);
    return <textarea {...element} {...draft} rows={2} spellcheck={false} placeholder={hint(setting)} />;
}
