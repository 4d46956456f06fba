import {isNode, parse, parseDocument, stringify} from 'yaml';

/** The value that a field's text stands for; undefined when it is empty. A text that is no YAML is a text. */
export function read(text) {
    if (text.trim() === '') return undefined;
    try {
        return parse(text);
    } catch {
        return text;
    }
}

/** A value as a field shows it, such that read(show(v)) is v. */
export function show(value) {
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return read(value) === value ? value : JSON.stringify(value);
    return typeof value === 'object'
        ? stringify(value, {collectionStyle: 'flow', lineWidth: 0}).trim()
        : String(value);
}

export const write = problem => stringify(problem, {lineWidth: 0});

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Reads a problem file: {problem} or {fault}, a sentence. */
export function readProblem(text) {
    const document = parseDocument(text);
    if (document.errors.length) return {fault: document.errors[0].message.split(':\n')[0]};
    const problem = document.toJS();
    return problem && typeof problem === 'object' && !Array.isArray(problem)
        ? {problem}
        : {fault: 'A problem file is a list of keys and values, such as “prior: {type: l1, weight: 2}”'};
}

/** Where in a text the value of a key such as prior.weight stands: [from, to], or null. */
export function placeOf(text, key) {
    const document = parseDocument(text);
    const path = key.replaceAll(/\[(\d+)]/g, '.$1').split('.').map(k => (/^\d+$/.test(k) ? +k : k));
    for (; path.length; path.pop()) {
        const node = document.getIn(path, true);
        if (isNode(node) && node.range) return [node.range[0], node.range[1]];
    }
    return null;
}

/** The nearest of some keys that holds a key: prior for prior.weight. */
export function nearest(key, keys) {
    let k = (key ?? '').replaceAll(/\[\d+]/g, '');
    while (k && !keys.has(k)) k = k.includes('.') ? k.slice(0, k.lastIndexOf('.')) : '';
    return k || null;
}

/** Whether a value is what a setting accepts, as far as can be said here; the server has the last word. */
export function fits(setting, value) {
    const inRange = x => Number.isFinite(x) && (setting.maximum === null || x <= setting.maximum)
        && (setting.minimum === null || (setting['minimum-open'] ? x > setting.minimum : x >= setting.minimum));
    const mapping = typeof value === 'object' && value !== null && !Array.isArray(value);
    const kinds = {
        number: () => typeof value === 'number' && inRange(value),
        integer: () => Number.isInteger(value) && inRange(value),
        boolean: () => typeof value === 'boolean',
        text: () => typeof value === 'string',
        file: () => typeof value === 'string',
        choice: () => setting.choices.includes(String(value)),
        numbers: () => Array.isArray(value) && value.every(x => typeof x === 'number' && inRange(x)),
        rows: () => Array.isArray(value) && value.every(Array.isArray),
        'index-lists': () => Array.isArray(value) && value.every(Array.isArray),
        group: () => mapping,
        prior: () => mapping,
        mapping: () => mapping,
        priors: () => Array.isArray(value),
        groups: () => Array.isArray(value),
    };
    return setting.kinds.some(kind => kinds[kind]?.() ?? true);
}

/** The names of a problem's files as far as they can be told from its texts: those with a suffix. */
export function filesNamed(value) {
    if (typeof value === 'string') return /^[^:\s][^:]*\.[A-Za-z0-9]+$/.test(value) ? [value] : [];
    return value && typeof value === 'object' ? Object.values(value).flatMap(filesNamed) : [];
}

/** The name that a problem has for a file, whose own name lacks the folder: lasso/A.csv for A.csv. */
export function nameFor(file, problem) {
    return filesNamed(problem).find(name => name.split('/').at(-1) === file.name) ?? file.name;
}
