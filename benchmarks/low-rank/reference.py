"""Reference posteriors under the nuclear norm prior, by long Metropolis-adjusted Langevin runs.

    python3 reference.py > posteriors.json

Density: exp(-|A x - y|^2 / (2 sd^2) - weight |X|_*), x the rows of X one after another. Each of
many chains proposes x + s^2/2 P g(x) + s L z, P = L L^T = (A^T A / sd^2 + c I)^-1, g the gradient
(almost everywhere: the nuclear norm has the gradient U V^T), and accepts by Metropolis and Hastings:
the target is exact, whatever the prior's kinks. The first quarter is left out; the Monte Carlo
errors come from the spread between chains, which are independent. Needs NumPy >= 2.
"""

import json
import sys

import numpy as np


def sample(a, y, sd, weight, rows, columns, chains, steps, size, rng):
    d = rows * columns
    h = a.T @ a / sd**2
    b = a.T @ y / sd**2
    c = weight**2 / (2 * max(rows, columns))
    cov = np.linalg.inv(h + c * np.eye(d))
    low = np.linalg.cholesky(cov)
    inv = np.linalg.inv(low)

    def at(x):
        u, s, v = np.linalg.svd(x.reshape(-1, rows, columns), full_matrices=False)
        hx = x @ h
        value = 0.5 * np.sum(hx * x, 1) - x @ b + weight * s.sum(1)
        return value, hx - b + weight * (u @ v).reshape(-1, d)

    x = cov @ b + rng.standard_normal((chains, d)) @ low.T
    value, slope = at(x)
    mean = np.zeros((chains, d))
    square = np.zeros((d, d))
    chain_square = np.zeros((chains, d))
    kept = accepted = 0
    for k in range(steps):
        drift = x - size**2 / 2 * slope @ cov
        z = rng.standard_normal((chains, d))
        new = drift + size * z @ low.T
        new_value, new_slope = at(new)
        back = (x - new + size**2 / 2 * new_slope @ cov) @ inv.T / size
        ratio = value - new_value + 0.5 * np.sum(z * z, 1) - 0.5 * np.sum(back * back, 1)
        yes = np.log(rng.random(chains)) < ratio
        x[yes], value[yes], slope[yes] = new[yes], new_value[yes], new_slope[yes]
        if k >= steps // 4:
            kept += 1
            accepted += yes.mean()
            mean += x
            chain_square += x * x
            if k % 5 == 0:
                square += x.T @ x / chains
    mean /= kept
    chain_square /= kept
    total = mean.mean(0)
    cov = square / len(range(-(-(steps // 4) // 5) * 5, steps, 5)) - np.outer(total, total)
    std = np.sqrt(np.diag(cov))
    mean_error = np.sqrt(np.mean((mean.std(0) / std) ** 2) / chains)
    # relative error of the standard deviation, from the chains' second moments about the mean
    about = chain_square - 2 * mean * total + total**2
    sd_error = np.sqrt(np.mean((about.std(0) / about.mean(0) / 2) ** 2) / chains)
    print(f"acceptance {accepted / kept:.2f}, Monte Carlo error: mean {mean_error:.4f} sd,"
          f" sd {sd_error:.4f}", file=sys.stderr)
    return total, cov, mean_error, sd_error


def problem(name, rows, columns, m, sd, weight, correlation, seed, chains=500, steps=3000):
    """m = 0: the entries themselves are observed; m < 0: -m of them; else m random maps of them."""
    rng = np.random.default_rng(seed)
    d = rows * columns
    truth = np.zeros((rows, columns))
    for strength in (1.5, 0.8):
        u, v = rng.standard_normal(rows), rng.standard_normal(columns)
        truth += strength * np.outer(u, v)
    if m == 0:
        a = np.eye(d)
    elif m < 0:
        a = np.eye(d)[np.sort(rng.permutation(d)[:-m])]
    else:
        a = rng.standard_normal((m, d))
        for j in range(1, d):
            a[:, j] = correlation * a[:, j - 1] + np.sqrt(1 - correlation**2) * a[:, j]
    a = np.round(a, 3)
    y = np.round(a @ truth.ravel() + sd * rng.standard_normal(len(a)), 3)
    size = 1.0 / d ** (1 / 6)
    mean, cov, mean_error, sd_error = sample(
        a, y, sd, weight, rows, columns, chains, steps, size, rng)
    return {"name": name, "rows": rows, "columns": columns, "sd": sd, "weight": weight,
            "A": a.tolist(), "y": y.tolist(), "mean": np.round(mean, 5).tolist(),
            "cov": np.round(cov, 6).tolist(),
            "meanError": round(float(mean_error), 5), "sdError": round(float(sd_error), 5)}


if __name__ == "__main__":
    json.dump({"problems": [
        problem("denoising", 6, 6, 0, 0.5, 4.0, 0, 1),
        problem("mild-denoising", 6, 6, 0, 0.5, 2.0, 0, 4),
        problem("regression", 8, 6, 80, 1.0, 3.0, 0.5, 2),
        problem("completion", 6, 6, -28, 0.3, 2.0, 0, 3),
        problem("8x8-prior-wins", 8, 8, 0, 0.5, 12.0, 0, 12, chains=300, steps=3000),
        problem("8x8-map", 8, 8, 40, 0.5, 3.0, 0, 13, chains=300, steps=3000),
        problem("8x8-few-data", 8, 8, 20, 0.2, 1.0, 0, 14, chains=300, steps=4000),
        problem("12x12-map", 12, 12, 72, 0.3, 2.0, 0, 17, chains=200, steps=3000),
    ]}, sys.stdout)
