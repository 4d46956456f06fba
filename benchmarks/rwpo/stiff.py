#!/usr/bin/env python3
"""Spread of rwpo where the data fix combinations of parameters far better than any parameter.

    benchmarks/rwpo/stiff.py [--seeds 5] [--noise 0.1 0.01 0.001] [--particles 70 300]

60 parameters, 30 data, singular values over two decades; prior l1 (truth: exact Gibbs, 2 × 6,000 sweeps by
`langevin`) and gaussian (truth: closed form). A line per case, medians over seeds with [least, most]:

    ratio      tr(C C_true⁻¹)/d: all directions count alike; 1 is right
    margins    sd/true sd of single parameters: mean over them
    stiffest   sd ratio along the ten narrowest eigenvectors of the true correlation matrix
    error      rms (mean − true mean)/sd
    flow       ratio of the flow's own particles, by the read-out's Hessian (manifest.json)
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
D, M, WEIGHT, SD = 60, 30, 3.0, 0.5


def problem(folder, noise):
    """Writes A.csv and y.csv."""
    rng = np.random.default_rng(7)
    u, _ = np.linalg.qr(rng.standard_normal((M, M)))
    v, _ = np.linalg.qr(rng.standard_normal((D, M)))
    a = (u * (np.logspace(0, -2, M) * np.sqrt(M))) @ v.T
    x = np.zeros(D)
    x[[3, 17, 40]] = 1, -1.5, 0.8
    y = a @ x + noise * rng.standard_normal(M)
    np.savetxt(folder / "A.csv", a, delimiter=",", fmt="%.17g")
    np.savetxt(folder / "y.csv", y, fmt="%.17g")
    return a, y


def run(folder, name, noise, prior, solver, seed):
    """Draws and manifest of a run."""
    (folder / f"{name}.yaml").write_text(
        "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
        f"noise: {{type: gaussian, sd: {noise}}}\nprior: {prior}\nsolver: {solver}\nseed: {seed}\n"
        "results: {prior-draws: 0}\n"
    )
    line = [ROOT / "headwater", "run", folder / f"{name}.yaml", "--output", folder / name]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode not in (0, 3):
        raise SystemExit(done.stderr)
    return np.load(folder / name / "posterior.npy"), json.loads((folder / name / "manifest.json").read_text())


def measures(draws, mean, cov):
    own = np.cov(draws.T, bias=True)
    sd = np.sqrt(np.diag(cov))
    values, vectors = np.linalg.eigh(cov / np.outer(sd, sd))
    along = np.diag(vectors.T @ (own / np.outer(sd, sd)) @ vectors)
    return (
        np.trace(np.linalg.solve(cov, own)) / D,
        (np.sqrt(np.diag(own)) / sd).mean(),
        np.sqrt(along / values)[:10].mean(),
        np.sqrt(np.mean(((draws.mean(0) - mean) / sd) ** 2)),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.1, 0.01, 0.001])
    parser.add_argument("--particles", type=int, nargs="+", default=[70, 300])
    options = parser.parse_args()
    print("| prior | noise | N | ratio | margins | stiffest | error | flow |\n|---|---|---|---|---|---|---|---|")
    for noise in options.noise:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            a, y = problem(folder, noise)
            laplace, normal = f"{{type: l1, weight: {WEIGHT}}}", f"{{type: gaussian, sd: {SD}}}"
            gibbs = "{type: langevin, method: gibbs, chains: 2, iterations: 8000, thinning: 1}"
            draws, _ = run(folder, "gibbs", noise, laplace, gibbs, 1)
            cov = np.linalg.inv(a.T @ a / noise**2 + np.eye(D) / SD**2)
            truths = {
                laplace: (draws.mean(0), np.cov(draws.T, bias=True)),
                normal: (cov @ a.T @ y / noise**2, cov),
            }
            for prior, truth in truths.items():
                for n in options.particles:
                    rows = []
                    for seed in range(1, options.seeds + 1):
                        name = f"{prior[7:9]}-{n}-{seed}"
                        solver = f"{{type: rwpo, particles: {n}}}"
                        draws, manifest = run(folder, name, noise, prior, solver, seed)
                        flow = manifest["diagnostics"].get("flow-spread", np.nan)
                        rows.append((*measures(draws, *truth), flow))
                    cells = (
                        f"{np.median(c):.3f} [{min(c):.3f}, {max(c):.3f}]" for c in np.array(rows).T
                    )
                    print(f"| {prior[7:].split(',')[0]} | {noise:g} | {n} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
