#!/usr/bin/env python3
"""An iteration of training a flow: Headwater's ot-flow beside the same in PyTorch.

    benchmarks/peers/flow.py [--threads 1] [--rounds 3] [--d 20] [--batch 256]

Needs PyTorch (pip install torch numpy). Three forms, all with the potential of OT-Flow (arXiv
2006.00104, eqs. 10-14, rank 10, tanh-type activation), written anew from the paper:

  headwater   solver ot-flow: 6 Euler steps with exact log-determinants (its own adjoints)
  exact       the same mathematics in PyTorch, derivatives by autograd
  trace       the reference formulation: 6 Runge-Kutta-4 steps of x' = grad phi, the log-determinant
              integrated as the closed-form Laplacian

on V = |Ax - b|^2/2 + lambda |x|_1 with A n x d. Headwater and the peers run in turn; the figures are
medians over the rounds of the time of an iteration, evaluation of V and Adam included, compilation
not (Headwater: the difference of a long run and a short one).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import torch

HEADWATER = pathlib.Path(__file__).resolve().parents[2] / "headwater"
STEPS, WIDTH, RANK, LAMBDA = 6, 24, 10, 5.0


def act(z):
    return z.abs() + torch.log1p(torch.exp(-2 * z.abs()))


class Potential(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        normal = lambda *shape: torch.nn.Parameter(torch.randn(*shape, dtype=torch.float64))
        self.d = d
        self.k0, self.b0 = normal(WIDTH, d + 1), normal(WIDTH)
        self.k1, self.b1 = normal(WIDTH, WIDTH), normal(WIDTH)
        self.w, self.a, self.b = normal(WIDTH), normal(RANK, d + 1), normal(d + 1)
        with torch.no_grad():
            self.k0 /= (d + 1) ** 0.5
            self.k1 /= WIDTH ** 0.5
            self.w *= 0.01
            self.a *= 0.01
            self.b *= 0

    def forward(self, x, t):
        """The gradient in (x, t) and what its derivatives need."""
        s = torch.cat([x, x.new_full((len(x), 1), t)], 1)
        a0 = s @ self.k0.T + self.b0
        t0 = torch.tanh(a0)
        t1 = torch.tanh(act(a0) @ self.k1.T + self.b1)
        z1 = self.w + (self.w * t1) @ self.k1
        grad = (t0 * z1) @ self.k0 + (s @ self.a.T) @ self.a + self.b
        return grad, (1 - t0**2) * z1, self.w * (1 - t1**2), t0

    def jacobian(self, t0):
        return torch.einsum("ik,nk,kj->nij", self.k1, t0, self.k0[:, : self.d])

    def hessian(self, c0, c1, t0):
        kx, ax, j = self.k0[:, : self.d], self.a[:, : self.d], self.jacobian(t0)
        return kx.T @ (c0[:, :, None] * kx) + j.transpose(1, 2) @ (c1[:, :, None] * j) + ax.T @ ax

    def laplacian(self, c0, c1, t0):
        kx, ax, j = self.k0[:, : self.d], self.a[:, : self.d], self.jacobian(t0)
        return c0 @ (kx**2).sum(1) + (c1 * (j**2).sum(2)).sum(1) + (ax**2).sum()


def exact(phi, x):
    log, dt = 0, 1 / STEPS
    eye = torch.eye(phi.d, dtype=x.dtype)
    for k in range(STEPS):
        grad, c0, c1, t0 = phi(x, k * dt)
        log = log + torch.linalg.slogdet(eye + dt * phi.hessian(c0, c1, t0))[1]
        x = x + dt * grad[:, : phi.d]
    return x, log


def trace(phi, x):
    log, dt = 0, 1 / STEPS

    def speed(x, t):
        grad, c0, c1, t0 = phi(x, t)
        return grad[:, : phi.d], phi.laplacian(c0, c1, t0)

    for k in range(STEPS):
        t = k * dt
        v1, l1 = speed(x, t)
        v2, l2 = speed(x + dt / 2 * v1, t + dt / 2)
        v3, l3 = speed(x + dt / 2 * v2, t + dt / 2)
        v4, l4 = speed(x + dt * v3, t + dt)
        x = x + dt / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        log = log + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
    return x, log


def torch_ms(form, matrix, data, batch, seconds=2.0):
    torch.manual_seed(1)
    a, b = torch.from_numpy(matrix), torch.from_numpy(data)
    d = a.shape[1]
    factor = torch.linalg.cholesky(torch.linalg.inv(a.T @ a + LAMBDA**2 / 2 * torch.eye(d)))
    phi = Potential(d)
    adam = torch.optim.Adam(phi.parameters(), lr=0.01)

    def iteration():
        z = torch.randn(batch, d, dtype=torch.float64)
        u, log = form(phi, z)
        x = u @ factor.T
        value = 0.5 * ((x @ a.T - b) ** 2).sum(1) + LAMBDA * x.abs().sum(1)
        loss = (value - log).mean()
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(phi.parameters(), 5)
        adam.step()

    for _ in range(3):
        iteration()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        iteration()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def headwater_ms(folder, matrix, data, batch, threads):
    np.savetxt(folder / "matrix.csv", matrix, delimiter=",")
    np.savetxt(folder / "data.csv", data)
    problem = {
        "forward-model": {"type": "linear", "matrix": "matrix.csv"},
        "data": {"values": "data.csv"},
        "noise": {"type": "gaussian", "sd": 1},
        "prior": {"type": "l1", "weight": LAMBDA},
        "solver": {"type": "ot-flow", "batch": batch, "steps": STEPS, "width": WIDTH, "draws": 100},
        "seed": 1,
    }
    (folder / "problem.yaml").write_text(json.dumps(problem))
    seconds = []
    for iterations in (40, 120):
        out = folder / f"run{time.time_ns()}"
        line = [HEADWATER, "run", folder / "problem.yaml", "--output", out]
        line += ["--set", f"solver.iterations={iterations}"]
        options = dict(os.environ, HEADWATER_JAVA_OPTS=f"-Dheadwater.threads={threads}")
        # exit code 3 is the verdict FAIL of a flow trained so briefly
        done = subprocess.run([str(a) for a in line], env=options, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(done.stderr)
        manifest = json.loads((out / "manifest.json").read_text())
        seconds.append(manifest["timings-seconds"]["sampling"])
    return 1e3 * (seconds[1] - seconds[0]) / 80


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--d", type=int, nargs="+", default=[10, 20])
    parser.add_argument("--batch", type=int, default=256)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print("d | Headwater ms | PyTorch, exact ms | PyTorch, RK4 and trace ms | exact / Headwater")
    for d in options.d:
        draw = np.random.default_rng(d)
        matrix = draw.normal(size=(3 * d, d))
        data = matrix @ (draw.normal(size=d) * (np.arange(d) % 4 == 0)) + draw.normal(size=3 * d)
        ours, same, reference = [], [], []
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(options.rounds):
                ours.append(
                    headwater_ms(pathlib.Path(folder), matrix, data, options.batch, options.threads)
                )
                same.append(torch_ms(exact, matrix, data, options.batch))
                reference.append(torch_ms(trace, matrix, data, options.batch))
        cells = [statistics.median(v) for v in (ours, same, reference)]
        ratio = statistics.median(b / a for a, b in zip(ours, same))
        print(f"{d} | " + " | ".join(f"{c:.3g}" for c in cells) + f" | {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
