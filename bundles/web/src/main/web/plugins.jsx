import {Fault, sentence, useLoaded} from './parts.jsx';
import {show} from './problem.js';
import {loadPlugins} from './submit.jsx';

const TITLES = {models: 'Forward models', noises: 'Noise', priors: 'Priors', solvers: 'Solvers', backends: 'Backends'};

/** What is installed now, with the settings of each. */
export function Plugins() {
    const {value, error} = useLoaded(loadPlugins, [], 5000);
    return (
        <>
            <div class="title"><h1>Plug-ins</h1></div>
            <p class="help">
                They come and go while the server runs: put a jar into its folder <code>plugins</code> or take it away.
            </p>
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
