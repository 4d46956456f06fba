import {useCallback, useEffect, useRef, useState} from 'preact/hooks';

/** What a promise of `load` brings, asked again every `period` ms while the page is seen. */
export function useLoaded(load, inputs, period) {
    const [result, setResult] = useState({});
    const again = useRef(() => {});
    useEffect(() => {
        let timer;
        let gone = false;
        const go = async () => {
            clearTimeout(timer);
            if (!document.hidden) {
                try {
                    const value = await load();
                    if (!gone) setResult({value});
                } catch (error) {
                    if (!gone) setResult(before => ({value: before.value, error}));
                }
            }
            if (period && !gone) timer = setTimeout(go, period);
        };
        again.current = go;
        go();
        return () => {
            gone = true;
            clearTimeout(timer);
        };
    }, inputs);
    return {...result, reload: useCallback(() => again.current(), [])};
}

/** A line about what went wrong; empty without an error. */
export function Fault({error}) {
    return error ? <p class="fault" role="alert">{sentence(error.message)}</p> : null;
}

export function sentence(text) {
    return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A state or a verdict, in words and colour. */
export function Badge({word}) {
    return word ? <span class={`badge ${word.toLowerCase()}`}>{word.toLowerCase()}</span> : null;
}

/** How far a running job is. */
export function Progress({job}) {
    if (!job.iterations || job.iteration == null) return null;
    return (
        <progress value={job.iteration} max={job.iterations} aria-label={`progress of job ${job.id}`}>
            {job.iteration} of {job.iterations}
        </progress>
    );
}

/** What a job is doing, in a few words. */
export function doing(job) {
    if (job.state === 'RUNNING' && job.wanted === 'PAUSE') return 'about to pause';
    if (job.state === 'RUNNING' && job.wanted === 'CANCEL') return 'about to stop';
    if (job.state === 'QUEUED') return job['waits-for'] ? `waits for ${job['waits-for']}` : 'waits for a free place';
    const parts = [];
    if (job.phase) parts.push(job.phase);
    if (job.iterations && job.iteration) parts.push(`step ${job.iteration} of ${job.iterations}`);
    if (job.state === 'RUNNING' && job['seconds-left'] != null) parts.push(`${duration(job['seconds-left'])} left`);
    return parts.join(', ');
}

export function duration(seconds) {
    if (seconds < 1) return '< 1 s';
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    if (seconds < 129600) return `${(seconds / 3600).toFixed(1)} h`;
    return `${(seconds / 86400).toFixed(1)} days`;
}

export function bytes(n) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let i = 0;
    while (n >= 1000 && i < units.length - 1) {
        n /= 1000;
        i++;
    }
    return `${i && n < 100 ? n.toFixed(1) : Math.round(n)} ${units[i]}`;
}

/** A time as people say it: short when it was today. */
export function Time({at}) {
    if (!at) return null;
    const date = new Date(at);
    const today = date.toDateString() === new Date().toDateString();
    const text = today
        ? date.toLocaleTimeString([], {timeStyle: 'short'})
        : date.toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'});
    return <time dateTime={at} title={date.toLocaleString()}>{text}</time>;
}
