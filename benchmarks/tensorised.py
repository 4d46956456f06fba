#!/usr/bin/env python3
"""Time of the tensorised layer against N, drawn to an SVG.

    benchmarks/tensorised.py [--d 4] [--out docs/research/tensorised-layer.svg] [N ...]

Runs `headwater bench tensorised` for every N and prints a table with the exponent. Needs nothing
but Python.
"""
import argparse
import json
import math
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 420, 70, 40, 20, 50


def bench(n, d):
    line = [ROOT / "headwater", "bench", "tensorised", "--n", n, "--d", d, "--json"]
    out = subprocess.run([str(a) for a in line], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def exponent(points):
    xs = [math.log(n) for n, _ in points]
    ys = [math.log(t) for _, t in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def svg(points, title, slope):
    low_x, high_x = math.floor(math.log10(points[0][0])), math.ceil(math.log10(points[-1][0]))
    times = [t for _, t in points]
    low_y, high_y = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))

    def place(n, t):
        x = LEFT + (math.log10(n) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (math.log10(t) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)
        return x, y

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{title}</text>',
    ]
    for k in range(low_x, high_x + 1):
        x, _ = place(10**k, 10**low_y)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**k:,}</text>')
    for k in range(low_y, high_y + 1):
        _, y = place(10**low_x, 10**k)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**k:g}</text>')
    line = " ".join("{:.1f},{:.1f}".format(*place(*p)) for p in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f77b4" stroke-width="2"/>')
    for p in points:
        parts.append('<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="#1f77b4"/>'.format(*place(*p)))
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">particles N</text>')
    parts.append(f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">ms</text>')
    parts.append(f'<text x="{LEFT + 16}" y="{TOP + 22}">time ~ N^{slope:.2f}</text>')
    return "\n".join(parts + ["</svg>", ""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[1000, 3000, 10000, 30000, 100000, 300000, 1000000])
    parser.add_argument("--d", type=int, default=4)
    parser.add_argument("--out", default=str(ROOT / "docs/research/tensorised-layer.svg"))
    options = parser.parse_args()
    points = []
    for n in sorted(options.sizes):
        r = bench(n, options.d)
        points.append((n, r["min_ms"]))
        print(f"| {n} | {r['min_ms']:.3g} | {r['median_ms']:.3g} | {r['max_rel_error']:.1e} |", flush=True)
    slope = exponent(points)
    print(f"exponent {slope:.2f}")
    pathlib.Path(options.out).write_text(svg(points, f"Tensorised layer, d = {options.d}, shortest time of a run", slope))


if __name__ == "__main__":
    main()
