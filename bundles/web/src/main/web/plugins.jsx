import {useState} from 'preact/hooks';
import {ask} from './api.js';
import {Fault, sentence, useLoaded} from './parts.jsx';
import {show} from './problem.js';
import {loadPlugins} from './submit.jsx';

const TITLES = {models: 'Forward models', noises: 'Noise', priors: 'Priors', solvers: 'Solvers', backends: 'Backends'};

/** What is installed now, with the settings of each. */
export function Plugins({me}) {
    const {value, error, reload} = useLoaded(loadPlugins, [], 5000);
    return (
        <>
            <div class="title"><h1>Plug-ins</h1></div>
            <Jars me={me} onChange={reload} />
            <Fault error={error} />
            {value && Object.entries(TITLES).map(([kind, title]) => (
                <section key={kind}>
                    <h2>{title}</h2>
                    {value[kind].map(p => <Entry plugin={p} key={p.bundle + p.type + p.sha256} />)}
                    {!value[kind].length && <p class="empty">None is installed.</p>}
                </section>
            ))}
        </>
    );
}

/** The jars that were added; administrators add and remove them. */
function Jars({me, onChange}) {
    const {value, error, reload} = useLoaded(() => ask('plugins'), [], 5000);
    const [fault, setFault] = useState(null);
    const [said, setSaid] = useState('');
    const admin = me.role === 'admin';
    const attempt = async action => {
        setFault(null);
        setSaid('');
        try {
            setSaid(await action());
        } catch (e) {
            setFault(e);
        }
        reload();
        onChange();
    };
    const install = file => attempt(async () => {
        const jar = await ask(`plugins?name=${encodeURIComponent(file.name)}`, {method: 'POST', file});
        return `${jar.file} is installed: ${jar.plugins.join(', ')}.`;
    });
    const remove = name => confirm(`Remove ${name}? Jobs that use it pause until it is back.`) && attempt(async () => {
        await ask(`plugins/${encodeURIComponent(name)}`, {method: 'DELETE'});
        return `${name} is removed.`;
    });
    return (
        <section class="card">
            <h2>Added here</h2>
            <p class="help">
                Plug-ins come and go while the server runs: new jobs take the newest, running jobs stay with what they began with.
            </p>
            {value?.jars.length === 0 && <p>None: there are those that came with Headwater.</p>}
            <ul class="files">
                {value?.jars.map(j => (
                    <li key={j.file}>
                        <b>{j.file}</b> <span class="help">{j.plugins.join(', ')}</span>
                        {admin && <button class="quiet" aria-label={`Remove ${j.file}`} onClick={() => remove(j.file)}>Remove</button>}
                        {j.complaint && <p class="fault">{sentence(j.complaint)}</p>}
                    </li>
                ))}
            </ul>
            {admin && (
                <label class="button">
                    Install a jar
                    <input class="hidden" type="file" accept=".jar" onChange={e => {
                        if (e.target.files.length) install(e.target.files[0]);
                        e.target.value = '';
                    }} />
                </label>
            )}
            {said && <p class="good" role="status">{said}</p>}
            <Fault error={error ?? fault} />
        </section>
    );
}

function Entry({plugin}) {
    return (
        <details class="card plugin">
            <summary>
                <h3>{plugin.type}</h3> <span class="help">{plugin.version}</span>
                {plugin.unavailable && <Unavailable />}
                <span class="summary">{plugin.summary}</span>
            </summary>
            {plugin.unavailable && <p class="fault">{sentence(plugin.unavailable)}</p>}
            {plugin.citation && <p>{plugin.citation}</p>}
            <SettingsTable title="Settings" settings={plugin.settings} />
            {plugin.data && <SettingsTable title="Keys of data" settings={plugin.data} />}
            <p class="help hash">{plugin.bundle}, SHA-256 {plugin.sha256}</p>
        </details>
    );
}

const Unavailable = () => <span class="badge warn">not usable here</span>;

function SettingsTable({title, settings}) {
    if (!settings.length) return <p class="help">{title}: none.</p>;
    return (
        <>
            <h4>{title}</h4>
            <dl class="settings">{rows(settings, '')}</dl>
        </>
    );
}

function rows(settings, prefix) {
    return settings.flatMap(s => [
        <div key={prefix + s.key}>
            <dt>
                <code>{prefix}{s.key}</code>
                {s.required && <span class="needed"> needed</span>}
            </dt>
            <dd>
                {sentence(s.help)}
                <span class="help"> {sentence(s.rule)}{s.default != null && ` Default: ${show(s.default)}.`}</span>
            </dd>
        </div>,
        ...(s.settings ? rows(s.settings, `${prefix}${s.key}.`) : []),
    ]);
}
