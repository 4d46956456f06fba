import {useEffect, useRef} from 'preact/hooks';
import {ask} from './api.js';
import {useLoaded} from './parts.jsx';
import {Band, short} from './plot.jsx';

const PERIOD_MILLIS = 3000;
const MOST_IN_A_BAND = 5000;

/** Mean and standard deviation of the particles as they are now: the model's fields, or the parameters. */
export function Current({job}) {
    const {value} = useLoaded(() => ask(`jobs/${job.id}/estimate`), [job.id, job.segment], PERIOD_MILLIS);
    if (!value) return null;
    const {iteration, particles, parameters: {shape, mean, sd}, fields} = value;
    const image = shape.length === 2 && shape[0] * shape[1] === mean.length;
    return (
        <section>
            <h2>Posterior so far</h2>
            <p class="help">Mean and standard deviation of {particles} particles at step {iteration}; not yet the result.</p>
            {fields.map(field => (
                <div class="plots" key={field.name}>
                    <Mesh title={`Mean of ${field.name.replaceAll('-', ' ')}`} field={field} values={field.mean} />
                    <Mesh title="Standard deviation" field={field} values={field.sd} />
                </div>
            ))}
            {!fields.length && image && (
                <div class="plots">
                    <Image title="Mean" values={mean} shape={shape} />
                    <Image title="Standard deviation" values={sd} shape={shape} />
                </div>
            )}
            {!fields.length && !image && mean.length > 0 && mean.length <= MOST_IN_A_BAND
                && <Band title="Parameters: mean ± standard deviation" mean={mean} sd={sd} />}
        </section>
    );
}

// viridis (CC0) at nine even places
const VIRIDIS = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725']
    .map(c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)));

function colour(t) {
    const at = Math.min(1, Math.max(0, t)) * (VIRIDIS.length - 1);
    const i = Math.min(VIRIDIS.length - 2, Math.floor(at));
    return VIRIDIS[i].map((c, k) => c + (at - i) * (VIRIDIS[i + 1][k] - c));
}

/** A figure with a canvas that `draw` fills; the range of the values is said in its title. */
function Picture({title, unit, values, width, height, draw, pixelated}) {
    const canvas = useRef();
    const numbers = values.filter(v => v !== null);
    const least = numbers.reduce((a, b) => Math.min(a, b), Infinity);
    const most = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
    const tone = v => colour((v - least) / (most - least || 1));
    useEffect(() => draw(canvas.current.getContext('2d'), tone), [values]);
    const range = `${short(least)} to ${short(most)}${unit ? ` ${unit}` : ''}`;
    return (
        <figure class="plot image">
            <figcaption>{title} {unit && <span>({unit})</span>}</figcaption>
            <canvas ref={canvas} width={width} height={height} class={pixelated ? 'pixelated' : ''} role="img" aria-label={`${title}, ${range}`} />
            <div class="scale" aria-hidden="true"><span>{short(least)}</span><i /><span>{short(most)}</span></div>
        </figure>
    );
}

function Image({title, values, shape: [height, width]}) {
    const draw = (context, tone) => {
        const pixels = context.createImageData(width, height);
        values.forEach((v, i) => v !== null && pixels.data.set([...tone(v), 255], 4 * i));
        context.putImageData(pixels, 0, 0);
    };
    return <Picture title={title} values={values} width={width} height={height} draw={draw} pixelated />;
}

const SIDE = 640;

/** A field with a value for each triangle of its mesh. */
function Mesh({title, field: {nodes, triangles, unit}, values}) {
    const xs = nodes.filter((_, i) => i % 2 === 0);
    const ys = nodes.filter((_, i) => i % 2 === 1);
    const bounds = list => list.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    const [left, right] = bounds(xs);
    const [low, high] = bounds(ys);
    const scale = SIDE / Math.max(right - left, high - low);
    const width = Math.ceil((right - left) * scale);
    const height = Math.ceil((high - low) * scale);
    const draw = (context, tone) => {
        context.clearRect(0, 0, width, height);
        values.forEach((v, t) => {
            if (v === null) return;
            context.beginPath();
            for (const node of triangles.slice(3 * t, 3 * t + 3)) context.lineTo((xs[node] - left) * scale, (high - ys[node]) * scale);
            context.closePath();
            // the outline closes the seams between neighbours
            context.fillStyle = context.strokeStyle = `rgb(${tone(v).map(Math.round)})`;
            context.fill();
            context.stroke();
        });
    };
    return <Picture title={title} unit={unit} values={values} width={width} height={height} draw={draw} />;
}
