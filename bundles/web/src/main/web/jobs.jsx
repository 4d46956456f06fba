import {useState} from 'preact/hooks';
import {ask} from './api.js';
import {Badge, doing, Fault, Progress, Time, useLoaded} from './parts.jsx';

const STATES = ['QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'FAILED', 'CANCELLED'];
const PAGE = 50;
const MOST = 1000;

/** All jobs or those of a sweep, newest first, as they are now. */
export function JobList({sweep = ''}) {
    const [state, setState] = useState('');
    const [limit, setLimit] = useState(PAGE);
    const {value, error} = useLoaded(
        () => ask(`jobs?limit=${limit}${state && `&state=${state}`}${sweep && `&sweep=${encodeURIComponent(sweep)}`}`),
        [state, limit, sweep], 1500);
    return (
        <>
            <div class="title">
                <h1>{sweep ? `Sweep ${sweep}` : 'Jobs'}</h1>
                <label class="inline">
                    Show{' '}
                    <select value={state} onChange={e => setState(e.target.value)}>
                        <option value="">all</option>
                        {STATES.map(s => <option value={s} key={s}>{s.toLowerCase()}</option>)}
                    </select>
                </label>
                {sweep ? <CancelSweep sweep={sweep} /> : <a class="button main" href="#/submit">Submit a problem</a>}
            </div>
            <Fault error={error} />
            {value && value.jobs.length === 0 && <Empty state={state} />}
            {value && value.jobs.length > 0 && (
                <ul class="jobs" aria-label="Jobs">
                    {value.jobs.map(job => <Entry job={job} key={job.id} />)}
                </ul>
            )}
            {value?.next && limit < MOST && (
                <button onClick={() => setLimit(Math.min(MOST, limit + PAGE))}>
                    Show more ({value.jobs.length} of {value.total})
                </button>
            )}
        </>
    );
}

function CancelSweep({sweep}) {
    const [fault, setFault] = useState(null);
    const [said, setSaid] = useState('');
    const cancel = async () => {
        if (!confirm(`Cancel the jobs of sweep ${sweep} that have not ended?`)) return;
        try {
            const {cancelled} = await ask(`sweeps/${encodeURIComponent(sweep)}`, {method: 'DELETE'});
            setSaid(`${cancelled} cancelled`);
        } catch (error) {
            setFault(error);
        }
    };
    return (
        <span class="buttons">
            <button onClick={cancel}>Cancel the sweep</button>
            {said && <span role="status" class="help">{said}</span>}
            <Fault error={fault} />
        </span>
    );
}

function Empty({state}) {
    if (state) return <p class="empty">No job is {state.toLowerCase()} now.</p>;
    return (
        <p class="empty">
            No jobs yet. <a href="#/submit">Submit a problem</a>; those in the distribution’s folder{' '}
            <code>examples</code> are good ones to begin with.
        </p>
    );
}

function Entry({job}) {
    return (
        <li>
            <a href={`#/jobs/${job.id}`}>
                <span class="name"><span class="id">{job.id}</span> {job.name}</span>
                <span class="badges"><Badge word={job.state} /> <Badge word={job.verdict} /></span>
                <span class="doing">
                    {job.error ? job.error.detail : doing(job)}
                    {job.state === 'RUNNING' && <Progress job={job} />}
                </span>
                <span class="who">{job.owner}, <Time at={job.submitted} /></span>
            </a>
        </li>
    );
}
