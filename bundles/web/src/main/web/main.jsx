import {render} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import './style.css';
import {ask, SIGNED_OUT} from './api.js';
import {JobList} from './jobs.jsx';
import {JobPage} from './job.jsx';
import {Submit} from './submit.jsx';
import {Plugins} from './plugins.jsx';
import {ServerPage} from './server.jsx';
import {SignIn} from './signin.jsx';
import {Fault} from './parts.jsx';

const ROOMS = {jobs: 'Jobs', submit: 'Submit', plugins: 'Plug-ins', server: 'Server'};

/** The address after #, as its parts: ['jobs', '7']. */
function useRoute() {
    const read = () => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean);
    const [route, setRoute] = useState(read);
    useEffect(() => {
        const changed = () => setRoute(read());
        window.addEventListener('hashchange', changed);
        return () => window.removeEventListener('hashchange', changed);
    }, []);
    return route;
}

function Room({name, id, me}) {
    switch (name) {
        case 'submit': return me.role === 'read-only'
            ? <p>Your token only allows you to look. Ask the administrator for one with the role “user”.</p>
            : <Submit template={id} key={id} />;
        case 'plugins': return <Plugins me={me} />;
        case 'sweep': return <JobList sweep={id} key={id} />;
        case 'server': return <ServerPage me={me} />;
        default: return id ? <JobPage id={id} me={me} key={id} /> : <JobList />;
    }
}

function App() {
    const [me, setMe] = useState();
    const [fault, setFault] = useState(null);
    const [name = 'jobs', id] = useRoute();

    useEffect(() => {
        ask('session').then(setMe, error => (error.status === 401 ? setMe(null) : setFault(error)));
        const out = () => setMe(null);
        window.addEventListener(SIGNED_OUT, out);
        return () => window.removeEventListener(SIGNED_OUT, out);
    }, []);
    useEffect(() => {
        document.title = me ? `${name === 'jobs' && id ? `Job ${id}` : (ROOMS[name] ?? 'Jobs')} – Headwater` : 'Headwater';
    }, [me, name, id]);
    useEffect(() => {
        // a new room is read from its top, by eye and by screen reader
        window.scrollTo(0, 0);
        document.getElementById('content')?.focus({preventScroll: true});
    }, [name, id]);

    if (fault) return <main><Fault error={fault} /></main>;
    if (me === undefined) return null;
    if (me === null) return <SignIn onDone={setMe} />;
    const leave = () => ask('session', {method: 'DELETE'}).then(() => setMe(null), setFault);
    return (
        <>
            <a class="skip" href="#content" onClick={skip}>Skip to the content</a>
            <header>
                <a class="brand" href="#/jobs"><img src="./icon.svg" alt="" width="26" height="26" />Headwater</a>
                <nav aria-label="Rooms">
                    {Object.entries(ROOMS).map(([room, title]) => (
                        <a href={`#/${room}`} aria-current={room === name ? 'page' : undefined} key={room}>{title}</a>
                    ))}
                </nav>
                <span class="me">
                    <span title={me.role}>{me.user}</span>
                    <button class="quiet" onClick={leave}>Sign out</button>
                </span>
            </header>
            <main id="content" tabIndex={-1}><Room name={name} id={id} me={me} /></main>
        </>
    );
}

function skip(event) {
    event.preventDefault();
    document.getElementById('content').focus();
}

render(<App />, document.getElementById('page'));
