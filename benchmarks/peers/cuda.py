#!/usr/bin/env python3
"""The joint layer on a card: Headwater's times beside PyTorch's fused attention, both by CUDA events.

    benchmarks/peers/cuda.py BENCH

BENCH has one line of JSON per shape from `headwater bench joint --backend cuda --json` (benchmarks/card.sh
writes it and calls this). PyTorch: scaled_dot_product_attention with q = k = v = x in float32, TF32 off, at
the given d and with zeros appended up to 8, 16, 32 or 64 coordinates, whichever is fastest; bf16 beside it.
The layer's key term is left out on that side, so that PyTorch takes its fastest path. Medians of 30 calls
after 5, on data that are on the card already.
"""
import json
import statistics
import sys

import torch

KAPPA = 2.5  # h = 0.1, beta = 1


def milliseconds(call):
    for _ in range(5):
        call()
    times = []
    for _ in range(30):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def attention(n, d, kind):
    x = torch.randn(n, d, generator=torch.Generator().manual_seed(1))
    best = float("inf")
    for width in sorted({d} | {w for w in (8, 16, 32, 64) if w > d}):
        a = torch.zeros(1, 1, n, width)
        a[0, 0, :, :d] = x
        a = a.to("cuda", kind)
        try:
            call = lambda: torch.nn.functional.scaled_dot_product_attention(a, a, a, scale=2 * KAPPA)
            best = min(best, milliseconds(call))
        except RuntimeError as e:  # not enough memory for a path that is not fused
            print(f"  {n}, {d} as {width} in {kind}: {str(e).splitlines()[0]}", file=sys.stderr)
    return best


def main():
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    ours = {}
    with open(sys.argv[1]) as lines:
        for line in lines:
            result = json.loads(line)
            single = "single" in result["backend"]
            ours.setdefault((result["n"], result["d"]), {})[single] = result
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}\n")
    print(
        "| N, d | Headwater, 32 bits: card ms | with copies | 64 bits: card ms | SDPA float32 ms"
        " | SDPA / Headwater | SDPA bf16 ms | error, 32 bits |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with torch.inference_mode():
        for (n, d), both in ours.items():
            fused = attention(n, d, torch.float32)
            half = attention(n, d, torch.bfloat16)
            single, double = both[True], both[False]
            card = single["device_ms"]
            cells = [card, single["median_ms"], double["device_ms"], fused]
            print(
                f"| {n}, {d} | " + " | ".join(f"{c:.3g}" for c in cells)
                + f" | {fused / card:.2f} | {half:.3g} | {single['max_rel_error']:.1e} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
