/** What the server refused, as problem details (RFC 9457); input errors name key, rule, value, remedy. */
export class Refusal extends Error {
    constructor(status, problem) {
        super(problem.detail ?? `the server answered ${status}`);
        this.status = status;
        this.key = problem.key ?? null;
        this.rule = problem.rule ?? null;
        this.value = problem.value ?? null;
        this.remedy = problem.remedy ?? null;
    }
}

/** Heard on window when the session has ended. */
export const SIGNED_OUT = 'headwater-signed-out';

/**
 * Asks the API. The session is a cookie that scripts cannot read; the header that comes along shows
 * that the request was made by this page.
 *
 * @param path below /api/v1/
 * @param options method, json (a body), form (a FormData), file (a Blob), token (to sign in with)
 * @returns what the answer holds, or null
 */
export async function ask(path, {method = 'GET', json, form, file, token} = {}) {
    const headers = {'X-Headwater': 'page'};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json) headers['Content-Type'] = 'application/json';
    if (file) headers['Content-Type'] = 'application/java-archive';
    const answer = await send(`/api/v1/${path}`, {method, headers, body: json ? JSON.stringify(json) : form ?? file});
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    if (answer.status === 401 && path !== 'session') window.dispatchEvent(new Event(SIGNED_OUT));
    throw new Refusal(answer.status, await answer.json().catch(() => ({})));
}

/** A file of a job, as a Blob. */
export async function fetchFile(id, name) {
    const answer = await send(fileAddress(id, name));
    if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => ({})));
    return answer.blob();
}

export function fileAddress(id, name) {
    return `/api/v1/jobs/${id}/files/${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** Checks of the server's health; an unhealthy one answers, too. */
export async function health() {
    return (await send('/health')).json();
}

/** The server's figures by name, those without labels. */
export async function metrics() {
    const text = await (await send('/metrics')).text();
    return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}

async function send(address, request) {
    try {
        return await fetch(address, request);
    } catch {
        throw new Refusal(0, {detail: 'The server cannot be reached. It may be restarting; try again in a moment.'});
    }
}
