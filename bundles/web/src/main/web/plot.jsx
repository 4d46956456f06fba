import {useEffect, useRef, useState} from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

const HEIGHT = 190;
const dark = matchMedia('(prefers-color-scheme: dark)');

function useDark() {
    const [now, setNow] = useState(dark.matches);
    useEffect(() => {
        const changed = () => setNow(dark.matches);
        dark.addEventListener('change', changed);
        return () => dark.removeEventListener('change', changed);
    }, []);
    return now;
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * A chart in the colours of the page, as wide as its place.
 *
 * @param options what differs from the plain chart, made anew when one of `inputs` changes
 */
function useChart(options, data, inputs) {
    const place = useRef();
    const chart = useRef();
    const night = useDark();
    useEffect(() => {
        const element = place.current;
        const axis = {
            stroke: colour('--muted'), grid: {stroke: colour('--line'), width: 1}, ticks: {show: false},
            font: '12px system-ui, sans-serif',
        };
        const plot = new uPlot({
            width: element.clientWidth,
            height: HEIGHT,
            legend: {show: false},
            cursor: {y: false, drag: {x: false, y: false}},
            axes: [
                {...axis, size: 28},
                {...axis, size: 62, grid: {...axis.grid, filter: decades}, values: (_, ticks) => ticks.map(t => (t == null ? '' : short(t)))},
            ],
            ...options(),
        }, data, element);
        chart.current = plot;
        const resized = new ResizeObserver(() => plot.setSize({width: element.clientWidth, height: HEIGHT}));
        resized.observe(element);
        return () => {
            resized.disconnect();
            plot.destroy();
        };
    }, [night, ...inputs]);
    useEffect(() => chart.current.setData(data), [data]);
    return place;
}

/**
 * A quantity over the steps. The axis is logarithmic when all values are positive and span more than a
 * decade.
 *
 * @param x the steps
 * @param y the values, null where there is none
 * @param marks steps after which something changed, drawn as lines
 */
export function Plot({title, x, y, marks}) {
    const [at, setAt] = useState(null);
    const log = isLog(y);
    const lines = useRef();
    lines.current = marks;
    const place = useChart(() => ({
        scales: {x: {time: false}, y: {distr: log ? 3 : 1}},
        series: [{}, {stroke: colour('--link'), width: 2, points: {show: x.length < 2}}],
        hooks: {
            draw: [plot => drawMarks(plot, lines.current, colour('--warn'))],
            setCursor: [plot => setAt(plot.cursor.idx)],
        },
    }), [x, y], [log, x.length < 2]);
    const i = at ?? y.length - 1;
    return (
        <figure class="plot">
            <figcaption>
                {title} <b>{short(y[i])}</b> {at != null && <span>at step {x[at]}</span>}
            </figcaption>
            <div ref={place} role="img" aria-label={`${title} over ${x.length} steps, now ${short(y.at(-1))}`} />
        </figure>
    );
}

/** Mean and standard deviation of each parameter. */
export function Band({title, mean, sd}) {
    const [at, setAt] = useState(null);
    const few = mean.length < 60;
    const place = useChart(() => ({
        scales: {x: {time: false, range: [0, mean.length + 1]}},
        series: [
            {},
            {stroke: 'transparent', points: {show: false}},
            {stroke: 'transparent', points: {show: false}},
            {stroke: colour('--link'), paths: () => null, points: {show: true, size: few ? 6 : 3, fill: colour('--link')}},
        ],
        hooks: {
            draw: [plot => drawBars(plot, colour('--muted'))],
            setCursor: [plot => setAt(plot.cursor.idx)],
        },
    }), [
        mean.map((_, i) => i + 1), mean.map((m, i) => m - sd[i]), mean.map((m, i) => m + sd[i]), mean,
    ], [few, mean.length]);
    return (
        <figure class="plot">
            <figcaption>{title} {at != null && <b>{at + 1}: {short(mean[at])} ± {short(sd[at])}</b>}</figcaption>
            <div ref={place} role="img" aria-label={`${title} of ${mean.length} parameters`} />
        </figure>
    );
}

/** The lines of a grid: on a logarithmic axis those of powers of ten only. */
function decades(plot, splits) {
    if (plot.scales.y.distr !== 3) return splits;
    return splits.map(s => (Number.isInteger(+Math.log10(s).toFixed(9)) ? s : null));
}

function isLog(y) {
    let least = Infinity;
    let most = -Infinity;
    for (const v of y) {
        if (v == null) continue;
        if (v <= 0) return false;
        least = Math.min(least, v);
        most = Math.max(most, v);
    }
    return most > 10 * least;
}

export function short(v) {
    if (v == null) return '–';
    if (v === 0 || (Math.abs(v) >= 0.001 && Math.abs(v) < 100000)) return String(+v.toPrecision(3));
    return v.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
}

function drawMarks(plot, marks, stroke) {
    const {ctx, bbox} = plot;
    ctx.save();
    ctx.strokeStyle = stroke;
    ctx.setLineDash([6, 4]);
    for (const mark of marks) {
        const at = Math.round(plot.valToPos(mark, 'x', true));
        if (at < bbox.left || at > bbox.left + bbox.width) continue;
        ctx.beginPath();
        ctx.moveTo(at, bbox.top);
        ctx.lineTo(at, bbox.top + bbox.height);
        ctx.stroke();
    }
    ctx.restore();
}

/** A bar from the first to the second series at each x. */
function drawBars(plot, stroke) {
    const {ctx, data: [x, low, high]} = plot;
    ctx.save();
    ctx.strokeStyle = stroke;
    x.forEach((at, i) => {
        ctx.beginPath();
        ctx.moveTo(plot.valToPos(at, 'x', true), plot.valToPos(low[i], 'y', true));
        ctx.lineTo(plot.valToPos(at, 'x', true), plot.valToPos(high[i], 'y', true));
        ctx.stroke();
    });
    ctx.restore();
}
