#!/usr/bin/env python3
"""A run of counts.yaml against 64 Metropolis chains that move one pixel at a time, reflected at zero.

    ./headwater run distribution/examples/counts.yaml --output RUN
    benchmarks/rwpo/counts.py RUN [SWEEPS, 1500 when absent]

Needs NumPy. Prints the chains' own error, from their halves, and the run's errors in their standard deviations.
"""
import csv
import pathlib
import sys

import numpy as np

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "distribution" / "examples"
SIDE, WIDTH, BACKGROUND, WEIGHT, CHAINS = 12, 0.6, 0.5, 0.05, 64


def blur():
    reach = int(np.ceil(6 * WIDTH))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / WIDTH) ** 2)
    kernel /= kernel.sum()
    line = np.zeros((SIDE, SIDE))
    for i in range(SIDE):
        for j in range(max(0, i - reach), min(SIDE, i + reach + 1)):
            line[i, j] = kernel[j - i + reach]
    return np.kron(line, line)


def chains(sweeps):
    a, y = blur(), np.loadtxt(EXAMPLES / "counts" / "values.csv")
    d = len(y)
    rng = np.random.default_rng(1)
    x = np.maximum(y - BACKGROUND, 0.5) * rng.uniform(0.3, 1.7, (CHAINS, d))
    mu = x @ a.T + BACKGROUND
    seen = [np.nonzero(a[:, j])[0] for j in range(d)]
    step = np.full(d, 3.0)
    means, squares = [], []
    for sweep in range(sweeps):
        for j, rows in enumerate(seen):
            to = np.abs(x[:, j] + step[j] * rng.standard_normal(CHAINS))
            change = to - x[:, j]
            new = mu[:, rows] + change[:, None] * a[rows, j]
            gain = (y[rows] * np.log(new / mu[:, rows]) - (new - mu[:, rows])).sum(1) - WEIGHT * change
            taken = np.log(rng.random(CHAINS)) < gain
            x[taken, j] = to[taken]
            mu[np.ix_(taken, rows)] = new[taken]
            if sweep < sweeps // 4:
                step[j] *= np.exp(0.5 * (taken.mean() - 0.4))
        if sweep >= sweeps // 4:
            means.append(x.mean(0))
            squares.append((x**2).mean(0))
    means = np.array(means)
    mean = means.mean(0)
    sd = np.sqrt(np.mean(squares, 0) - mean**2)
    half = len(means) // 2
    own = np.sqrt((((means[:half].mean(0) - means[half:].mean(0)) / sd) ** 2).mean()) / 2
    return mean, sd, own


def main():
    mean, sd, own = chains(int(sys.argv[2]) if len(sys.argv) > 2 else 1500)
    with open(pathlib.Path(sys.argv[1]) / "summary.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    error = (np.array([float(r["mean"]) for r in rows]) - mean) / sd
    ratio = np.array([float(r["sd"]) for r in rows]) / sd
    print(f"chains' own error {own:.3f} sd")
    print(f"means off by {np.sqrt((error**2).mean()):.3f} sd (rms), {abs(error).max():.2f} at most")
    print(f"sd ratio {ratio.mean():.3f} [{ratio.min():.2f}, {ratio.max():.2f}]")


if __name__ == "__main__":
    main()
