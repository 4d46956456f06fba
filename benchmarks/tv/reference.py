"""Reference posteriors under total variation of an image, by long single-site Metropolis runs.

    python3 reference.py > posteriors.json

Density: exp(-|A x - y|^2 / (2 sd^2) - weight TV(x)), x an image row by row, TV with forward
differences that are zero at the last row and column, isotropic or anisotropic. Each of many chains
proposes for every pixel in turn a normal step, whose size is tuned before anything is kept, and
accepts by Metropolis: the target is exact, and the method has nothing in common with the solver's
(no gradient, no prox, no preconditioner). The first fifth is left out; the Monte Carlo errors come
from the spread between chains, which are independent. Needs NumPy >= 2.
"""

import json
import sys

import numpy as np


def sample(h, b, weight, isotropic, height, width, chains, sweeps, rng):
    d = height * width
    x = rng.standard_normal((chains, d)) * 0.3 + np.linalg.solve(h + np.eye(d) * 1e-6, b)
    hx = x @ h
    size = np.full(d, 1.0) / np.sqrt(np.diag(h))

    def local(value, p):
        """The terms of TV in which pixel p has the given value."""
        i, j = divmod(p, width)
        right = x[:, p + 1] if j + 1 < width else None
        below = x[:, p + width] if i + 1 < height else None
        total = norm(None if right is None else right - value, None if below is None else below - value)
        if j > 0:
            q = p - 1
            total = total + norm(value - x[:, q], x[:, q + width] - x[:, q] if i + 1 < height else None)
        if i > 0:
            q = p - width
            total = total + norm(x[:, q + 1] - x[:, q] if j + 1 < width else None, value - x[:, q])
        return total

    def norm(dx, dy):
        if dx is None:
            return 0.0 if dy is None else np.abs(dy)
        if dy is None:
            return np.abs(dx)
        return np.hypot(dx, dy) if isotropic else np.abs(dx) + np.abs(dy)

    burn = sweeps // 5
    kept = 0
    mean = np.zeros((chains, d))
    chain_square = np.zeros((chains, d))
    square = np.zeros((d, d))
    for k in range(sweeps):
        accepted = np.zeros(d)
        for p in range(d):
            step = size[p] * rng.standard_normal(chains)
            old = x[:, p]
            new = old + step
            change = step * (hx[:, p] - b[p] + 0.5 * h[p, p] * step)
            change += weight * (local(new, p) - local(old, p))
            step[np.log(rng.random(chains)) >= -change] = 0
            accepted[p] = np.count_nonzero(step) / chains
            x[:, p] = old + step
            hx += step[:, None] * h[p]
        if k < burn:
            size *= np.exp((accepted - 0.44) * 2 / np.sqrt(1 + k))
        else:
            kept += 1
            mean += x
            chain_square += x * x
            square += x.T @ x / chains
    mean /= kept
    chain_square /= kept
    total = mean.mean(0)
    cov = square / kept - np.outer(total, total)
    std = np.sqrt(np.diag(cov))
    mean_error = np.sqrt(np.mean((mean.std(0) / std) ** 2) / chains)
    about = chain_square - 2 * mean * total + total**2
    sd_error = np.sqrt(np.mean((about.std(0) / about.mean(0) / 2) ** 2) / chains)
    print(f"Monte Carlo error: mean {mean_error:.4f} sd, sd {sd_error:.4f}", file=sys.stderr)
    return total, cov, mean_error, sd_error


def problem(name, side, sd, weight, isotropic, blur, seed, chains=200, sweeps=6000):
    """A step image with noise, seen as it is or (blur) by a separable three-point blur."""
    rng = np.random.default_rng(seed)
    d = side * side
    truth = np.zeros((side, side))
    truth[:, side // 2:] = 1
    truth[side // 4: side // 2, : side // 2] = 0.5
    one = np.eye(side)
    if blur:
        one = 0.6 * one + 0.2 * (np.eye(side, k=1) + np.eye(side, k=-1))
    a = np.round(np.kron(one, one), 3)
    y = np.round(a @ truth.ravel() + sd * rng.standard_normal(d), 3)
    mean, cov, mean_error, sd_error = sample(
        a.T @ a / sd**2, a.T @ y / sd**2, weight, isotropic, side, side, chains, sweeps, rng)
    return {"name": name, "rows": side, "columns": side, "sd": sd, "weight": weight,
            "tv": "isotropic" if isotropic else "anisotropic",
            "A": a.tolist(), "y": y.tolist(), "mean": np.round(mean, 5).tolist(),
            "cov": np.round(cov, 6).tolist(),
            "meanError": round(float(mean_error), 5), "sdError": round(float(sd_error), 5)}


if __name__ == "__main__":
    json.dump({"problems": [
        problem("4x4-light", 4, 0.3, 1.0, True, False, 1),
        problem("4x4-anisotropic", 4, 0.3, 2.0, False, False, 2),
        problem("4x4-strong", 4, 0.3, 4.0, True, False, 3),
        problem("4x4-prior-wins", 4, 0.3, 12.0, True, False, 4),
        problem("8x8", 8, 0.2, 5.0, True, False, 5),
        problem("8x8-deblurring", 8, 0.1, 5.0, True, True, 6),
    ]}, sys.stdout)
