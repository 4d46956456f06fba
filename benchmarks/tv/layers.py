"""Does a true RWPO layer for the total variation of an image beat the Moreau route? Where each rests.

    python3 layers.py            # a table; about six minutes on one core

Anisotropic total variation, so that every term is an edge's |x_i - x_j|. All flows are the
covariance-corrected one of docs/decisions/0003: 500 particles, 150 steps of .3, then 50 of
.1, T = .05 of each coordinate's variance; generous to all: they start at the reference's mean and
covariance, which is the preconditioner as well.

moreau    the layer of psi = 0, and the drift -(x - prox(x)) / mu with mu = .05 of the variance
linear    dual splitting with .05 again, as a solver would run it: 300 particles, 60 steps, from the
          Gaussian N(m, (H + B)^-1) with B = E of the prior's Hessian, its scales and preconditioner
edges     the layer of psi = 0, and per edge the difference between the exact layer of its L1 term and
          the layer of psi = 0, both in the edge's own coordinate (x_i - x_j) / sqrt 2: consensus of
          one-dimensional layers, each with its exact normaliser
split     dual splitting: parameters (x, u), misfit f(x) + |u - Dx|^2 / (2 eps), the L1 layer on u,
          eps a share of the variance of Dx; its target differs from the posterior by O(eps)

What ships, Metropolis-adjusted chains from that Gaussian, has its figures in docs/research/tv.md.
"""

import numpy as np
from scipy.special import log_ndtr, ndtr

from reference import sample


def differences(side):
    rows = []
    for i in range(side):
        for j in range(side):
            p = i * side + j
            for q in ([p + 1] if j + 1 < side else []) + ([p + side] if i + 1 < side else []):
                row = np.zeros(side * side)
                row[p], row[q] = -1, 1
                rows.append(row)
    return np.array(rows)


def log_normaliser(y, weight, t):
    """log of the integral of exp(-(weight |z| + |z - y|^2 / 2t) / 2) over z, up to a constant."""
    s, y = np.sqrt(2 * t), np.abs(y)
    terms = [v * v / 2 + log_ndtr(-v) for v in ((weight * t + y) / s, (weight * t - y) / s)]
    return np.logaddexp(*terms) - y * y / (4 * t)


def moments(y, weight, t):
    """Mean and variance of the kernel: log Z + y^2/4t generates them, in the parameter y/2t."""
    e = 1e-4 * np.sqrt(2 * t)
    lo, mid, hi = (log_normaliser(v, weight, t) + v * v / (4 * t) for v in (y - e, y, y + e))
    return 2 * t * (hi - lo) / (2 * e), 4 * t * t * (hi - 2 * mid + lo) / e**2


def barycentre(x, weight, t):
    """Per column the weighted mean of the particles; weight 0 gives the layer of psi = 0."""
    out = np.empty_like(x)
    for k in range(x.shape[1]):
        c = x[:, k]
        logits = -((c[:, None] - c) ** 2) / (4 * t[k])
        if weight[k] > 0:
            logits -= log_normaliser(c, weight[k], t[k])
        w = np.exp(logits - logits.max(1, keepdims=True))
        out[:, k] = w @ c / w.sum(1)
    return out


def soft(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


def prox_tv(x, d, weight):
    """By the dual, projected accelerated gradient."""
    p = np.zeros((len(x), len(d)))
    q, k = p.copy(), 1.0
    for _ in range(150):
        new = np.clip(q + (x - q @ d) @ d.T / 8, -weight, weight)
        k1 = (1 + np.sqrt(1 + 4 * k * k)) / 2
        q, p, k = new + (k - 1) / k1 * (new - p), new, k1
    return x - p @ d


STEPS = [0.3] * 150 + [0.1] * 50


def flow(drift, x, weight, t, p, steps=STEPS):
    """Covariance-corrected flow of a drift; returns mean and sd of the mixture and the particles."""
    for step in steps:
        mean, s = x.mean(0), x.std(0)
        r = np.corrcoef(x.T) * 0.999 + 0.001 * np.eye(x.shape[1])
        if weight.any():
            m1, v1 = moments(x, weight, t)
        else:
            m1, v1 = x, np.broadcast_to(2 * t, x.shape)
        width = np.sqrt(m1.var(0) + v1.mean(0))
        corr = ((x - mean) / s) @ (np.linalg.inv(r) - np.eye(len(r))) / width
        layer = (soft(x, weight * t) - barycentre(x, weight, t)) / (2 * t)
        v = (drift(x) + layer + corr) @ p
        size = np.sqrt((v * v / np.diag(p)).mean(1, keepdims=True)) * step
        x = x + step * v * np.minimum(1, 0.5 / size)
    return x.mean(0), width, x


def linearised(h, b, d, weight):
    """The Gaussian that the posterior becomes when the prior is replaced by its mean quadratic."""
    m, cov = np.linalg.solve(h, b), np.linalg.inv(h)
    for _ in range(100):
        u, s = d @ m, np.sqrt(np.einsum("ei,ij,ej->e", d, cov, d))
        bend = weight * np.sqrt(2 / np.pi) / s * np.exp(-0.5 * (u / s) ** 2)
        slope = weight * (2 * ndtr(u / s) - 1)
        cov = np.linalg.inv(h + d.T @ (bend[:, None] * d))
        m = m - 0.5 * cov @ (h @ m - b + d.T @ slope)
    return m, cov


def study(side, sd, weight, seed):
    rng = np.random.default_rng(seed)
    n = side * side
    truth = np.zeros((side, side))
    truth[:, side // 2:] = 1
    truth[side // 4: side // 2, : side // 2] = 0.5
    y = truth.ravel() + sd * rng.standard_normal(n)
    h = np.eye(n) / sd**2
    mean, cov, *_ = sample(h, h @ y, weight, False, side, side, 200, 4000, rng)
    std = np.sqrt(np.diag(cov))
    d = differences(side)
    start = rng.multivariate_normal(mean, cov, 500)
    gradient = lambda x: (x - y) / sd**2
    t = 0.05 * std**2
    none = np.zeros(n)
    mu = 0.05 * np.median(std) ** 2

    z = d / np.sqrt(2)
    ze, te = np.full(len(d), weight * np.sqrt(2)), 0.05 * np.diag(z @ cov @ z.T)

    def edges(x):
        u = x @ z.T
        pull = (soft(u, ze * te) - barycentre(u, ze, te) - u + barycentre(u, 0 * ze, te)) / (2 * te)
        return -gradient(x) + pull @ z

    routes = {
        "moreau": lambda: flow(
            lambda x: -gradient(x) - (x - prox_tv(x, d, weight * mu)) / mu, start, none, t, cov),
        "edges": lambda: flow(edges, start, none, t, cov),
    }

    def split(share, start, cov, steps=STEPS):
        eps = share * np.mean(np.diag(d @ cov @ d.T))
        both = np.vstack([np.eye(n), d])
        joint = both @ cov @ both.T
        joint[n:, n:] += eps * np.eye(len(d))

        def drift(v):
            gap = (v[:, n:] - v[:, :n] @ d.T) / eps
            return np.hstack([-gradient(v[:, :n]) + gap @ d, -gap])

        noise = np.sqrt(eps) * rng.standard_normal((len(start), len(d)))
        first = np.hstack([start, start @ d.T + noise])
        w = np.concatenate([none, np.full(len(d), weight)])
        local = np.concatenate([1 / (1 / sd**2 + np.diag(d.T @ d) / eps), np.full(len(d), eps)])
        m, s, x = flow(drift, first, w, 0.05 * np.minimum(np.diag(joint), 4 * local), joint, steps)
        return m[:n], s[:n], x[:, :n]

    def practical():
        middle, spread = linearised(h, h @ y, d, weight)
        return split(0.05, rng.multivariate_normal(middle, spread, 300), spread, [0.3] * 45 + [0.1] * 15)

    routes["split 0.05"] = lambda: split(0.05, start, cov)
    routes["split 0.2"] = lambda: split(0.2, start, cov)
    routes["linear"] = practical
    for name, run in routes.items():
        m, s, x = run()
        error = np.sqrt(np.mean(((m - mean) / std) ** 2))
        ratio = s / std
        off = ~np.eye(n, dtype=bool)
        scale = np.outer(std, std)
        correlation = np.sqrt(np.mean((np.corrcoef(x.T) - cov / scale)[off] ** 2))
        print(f"{side} x {side}, weight*sd {weight * sd:.1f}: {name:10s} error {error:.3f}"
              f" sd ratio {ratio.mean():.3f} [{ratio.min():.3f}, {ratio.max():.3f}]"
              f" correlation {correlation:.3f}", flush=True)


if __name__ == "__main__":
    for side, sd, weight, seed in ((4, 0.3, 1.0, 1), (4, 0.3, 2.0, 2), (4, 0.3, 4.0, 3)):
        study(side, sd, weight, seed)
