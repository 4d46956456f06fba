import {useState} from 'preact/hooks';
import {ask, health, metrics} from './api.js';
import {Badge, bytes, duration, Fault, sentence, useLoaded} from './parts.jsx';

/** How the server is, and who may use it. */
export function ServerPage({me}) {
    const {value, error} = useLoaded(health, [], 5000);
    return (
        <>
            <div class="title"><h1>Server</h1> {value && <span class="badges"><Badge word={value.status} /></span>}</div>
            <Fault error={error} />
            {value && (
                <ul class="checks">
                    {value.checks.map(c => (
                        <li key={c.name}><Badge word={c.status} /> <b>{c.name}</b> <span>{sentence(readable(c.text))}</span></li>
                    ))}
                </ul>
            )}
            <Figures />
            <p class="help">
                For programs: <a href="./api/v1/openapi.json">the API’s description</a>, <a href="./metrics">metrics</a>,{' '}
                <a href="./health">health</a>.
            </p>
            {me.role === 'admin' && <Tokens me={me} />}
        </>
    );
}

const FIGURES = {
    'Up for': m => duration(m.headwater_uptime_seconds),
    'Jobs running': m => m.headwater_jobs_running,
    'Java heap': m => `${bytes(m.headwater_heap_used_bytes)} of ${bytes(m.headwater_heap_max_bytes)}`,
    Threads: m => m.headwater_threads,
    'Event streams': m => m.headwater_event_watchers,
    Requests: m => m.headwater_http_requests_total,
};

function Figures() {
    const {value} = useLoaded(metrics, [], 5000);
    if (!value) return null;
    return (
        <dl class="facts">
            {Object.entries(FIGURES).map(([title, of]) => <div key={title}><dt>{title}</dt><dd>{of(value)}</dd></div>)}
        </dl>
    );
}

/** {QUEUED=0, RUNNING=1} as 1 running. */
function readable(text) {
    const counts = [...text.matchAll(/([A-Z]+)=(\d+)/g)].filter(([, , n]) => n !== '0');
    if (!/^\{.*}$/.test(text)) return text;
    return counts.length ? `jobs: ${counts.map(([, state, n]) => `${n} ${state.toLowerCase()}`).join(', ')}` : 'no jobs yet';
}

function Tokens({me}) {
    const {value, error, reload} = useLoaded(() => ask('tokens'), []);
    const [fault, setFault] = useState(null);
    const [made, setMade] = useState(null);
    const attempt = async action => {
        try {
            setFault(null);
            setMade(null);
            await action();
            reload();
        } catch (e) {
            setFault(e);
        }
    };
    const make = event => {
        event.preventDefault();
        const form = event.target;
        const {name, role} = Object.fromEntries(new FormData(form));
        attempt(async () => {
            setMade(await ask('tokens', {method: 'POST', json: {name, role}}));
            form.reset();
        });
    };
    const takeBack = name => {
        if (confirm(`Take back the token of ${name}?`)) attempt(() => ask(`tokens/${encodeURIComponent(name)}`, {method: 'DELETE'}));
    };
    return (
        <section class="card">
            <h2>Tokens</h2>
            <Fault error={error ?? fault} />
            <ul class="files">
                {value?.tokens.map(t => (
                    <li key={t.name}>
                        <b>{t.name}</b> <span class="help">{t.role}</span>
                        {t.name === me.user
                            ? <span class="help">you</span>
                            : <button class="quiet" aria-label={`Take back the token of ${t.name}`} onClick={() => takeBack(t.name)}>Take back</button>}
                    </li>
                ))}
            </ul>
            {made && (
                <p class="good" role="status">
                    {made.name}’s token, shown only now: <code class="secret">{made.token}</code>
                </p>
            )}
            <form class="row" onSubmit={make}>
                <label>Name <input name="name" required pattern="[A-Za-z0-9._@\-]{1,64}" title="letters, digits and ._@-" /></label>
                <label>
                    Role{' '}
                    <select name="role"><option>user</option><option>read-only</option><option>admin</option></select>
                </label>
                <button>Make a token</button>
            </form>
        </section>
    );
}
