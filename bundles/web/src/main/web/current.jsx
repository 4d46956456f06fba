import {useEffect, useRef} from 'preact/hooks';
import {parse} from 'yaml';
import {ask, fetchFile} from './api.js';
import {useLoaded} from './parts.jsx';
import {readNpz} from './npz.js';
import {Band} from './plot.jsx';

const PERIOD_MILLIS = 3000;
const LARGEST_BYTES = 32e6;
const MOST_DRAWN = 5000;

/** Mean and standard deviation of the particles as the last checkpoint has them. */
export function Current({job}) {
    const {value} = useLoaded(() => load(job.id), [job.id, job.segment], PERIOD_MILLIS);
    if (!value) return null;
    const {mean, sd, iteration, shape} = value;
    return (
        <section>
            <h2>Posterior so far</h2>
            <p class="help">Mean and standard deviation of the particles at the last checkpoint, step {iteration}; not yet the result.</p>
            {shape
                ? (
                    <div class="plots">
                        <Image title="Mean" values={mean} shape={shape} />
                        <Image title="Standard deviation" values={sd} shape={shape} />
                    </div>
                )
                : <Band title="Parameters: mean ± standard deviation" mean={mean} sd={sd} />}
        </section>
    );
}

/** Null while there is no checkpoint with particles, or one that is too large to look at in passing. */
async function load(id) {
    const {files} = await ask(`jobs/${id}/files/`);
    const state = files.find(f => f.name === 'checkpoint/state.npz');
    if (!state || state.bytes > LARGEST_BYTES) return null;
    const [arrays, problem] = await Promise.all([
        fetchFile(id, state.name).then(readNpz),
        fetchFile(id, 'problem.yaml').then(blob => blob.text()).then(parse),
    ]);
    const columns = arrays['particles.columns']?.[0];
    if (!arrays.particles || !columns || columns > MOST_DRAWN) return null;
    const shape = problem['forward-model'].shape;
    return {
        ...moments(arrays.particles, columns),
        iteration: arrays.iteration?.[0],
        shape: Array.isArray(shape) && shape.length === 2 && shape[0] * shape[1] === columns ? shape : null,
    };
}

/** Mean and standard deviation of each column. */
function moments(x, columns) {
    const rows = x.length / columns;
    const mean = new Array(columns).fill(0);
    const sd = new Array(columns).fill(0);
    for (let i = 0; i < x.length; i++) mean[i % columns] += x[i] / rows;
    for (let i = 0; i < x.length; i++) sd[i % columns] += (x[i] - mean[i % columns]) ** 2 / rows;
    return {mean, sd: sd.map(Math.sqrt)};
}

// viridis (CC0) at nine even places
const VIRIDIS = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725']
    .map(c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)));

function colour(t) {
    const at = Math.min(1, Math.max(0, t)) * (VIRIDIS.length - 1);
    const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
    return VIRIDIS[i].map((c, k) => c + (at - i) * (VIRIDIS[i + 1][k] - c));
}

function Image({title, values, shape: [height, width]}) {
    const canvas = useRef();
    const least = Math.min(...values);
    const most = Math.max(...values);
    useEffect(() => {
        const context = canvas.current.getContext('2d');
        const pixels = context.createImageData(width, height);
        values.forEach((v, i) => pixels.data.set([...colour((v - least) / (most - least || 1)), 255], 4 * i));
        context.putImageData(pixels, 0, 0);
    }, [values]);
    return (
        <figure class="plot image">
            <figcaption>{title} <span>{least.toPrecision(3)} (dark) to {most.toPrecision(3)} (bright)</span></figcaption>
            <canvas ref={canvas} width={width} height={height} role="img"
                aria-label={`${title}, ${height} by ${width} pixels, from ${least.toPrecision(3)} to ${most.toPrecision(3)}`} />
        </figure>
    );
}
