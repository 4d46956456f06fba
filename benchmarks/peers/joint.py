#!/usr/bin/env python3
"""The joint layer: Headwater's time beside PyTorch's fused attention and plain NumPy.

    benchmarks/peers/joint.py [--threads 2] [--rounds 3] [--time 0.1] [N,d ...]

Needs PyTorch (pip install torch numpy). Headwater and the peers run in turn, so that what else the
machine does falls on both; the ratios are medians over the rounds (each one a fresh JVM).
PyTorch: scaled_dot_product_attention with q = k = v = x in float32. The layer's key term (-kappa
|x_l|^2 - log Z_l) is left out on that side, so that PyTorch takes its fastest path.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time

import numpy as np
import torch

HEADWATER = pathlib.Path(__file__).resolve().parents[2] / "headwater"


def median_ms(call, seconds=2.0):
    call()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def sdpa(x, kappa):
    n, d = x.shape
    a = x.reshape(1, 1, n, d).contiguous()
    return lambda: torch.nn.functional.scaled_dot_product_attention(a, a, a, scale=2 * kappa)


def plain(x, kappa):
    def layer():
        logits = 2 * kappa * (x @ x.T) - kappa * (x * x).sum(1)
        logits -= logits.max(1, keepdims=True)
        weights = np.exp(logits)
        return (weights @ x) / weights.sum(1, keepdims=True)

    return layer


def headwater(n, d, threads, time):
    line = [HEADWATER, "bench", "joint", "--n", n, "--d", d, "--precision", 32]
    line += ["--threads", threads, "--time", time, "--json"]
    out = subprocess.run([str(a) for a in line], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shapes", nargs="*", default=["500,2", "2000,2", "8000,2", "2000,8", "2000,32"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--time", type=float, default=0.1, help="T; kappa = 1 / (4 T), beta = 1")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    kappa = 1 / (4 * options.time)
    print("N,d | Headwater ms | SDPA ms | NumPy ms | SDPA / Headwater | error")
    for shape in options.shapes:
        n, d = map(int, shape.split(","))
        x = torch.randn(n, d, generator=torch.Generator().manual_seed(1))
        ours, fused, arrays, errors = [], [], [], []
        with torch.inference_mode():
            for _ in range(options.rounds):
                result = headwater(n, d, options.threads, options.time)
                ours.append(result["median_ms"])
                errors.append(result["max_rel_error"])
                fused.append(median_ms(sdpa(x, kappa)))
                arrays.append(median_ms(plain(x.numpy(), kappa)) if n <= 8000 else float("nan"))
        ratio = statistics.median(b / a for a, b in zip(ours, fused))
        cells = [statistics.median(v) for v in (ours, fused, arrays)]
        print(f"{shape} | " + " | ".join(f"{c:.3g}" for c in cells) + f" | {ratio:.2f} | {max(errors):.1e}", flush=True)


if __name__ == "__main__":
    main()
