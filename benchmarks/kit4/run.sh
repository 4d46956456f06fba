#!/usr/bin/env bash
# Runs frames of the KIT4 tank data with one setting for all and compares the posterior mean of the
# conductivity change with the truth images (+1 conductive, -1 resistive, 0 water): Pearson
# correlation over the tank. Needs HEADWATER_DATA_DIR with kit4/original/datamat_*.mat and
# kit4/frame_*_truth_128x128.csv (0 water, 1 resistive, 2 conductive).
#
#   benchmarks/kit4/run.sh [--set a.b=value]...      all frames that are there
#   FRAMES="2_1 4_1" benchmarks/kit4/run.sh          some of them
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${HEADWATER_DATA_DIR:?set it to the folder that holds kit4/}/kit4
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if [ -z "${FRAMES:-}" ]; then
    FRAMES=$(cd "$data" && ls frame_*_truth_128x128.csv | sed 's/frame_\(.*\)_truth.*/\1/')
fi

correlation() { # image truth
    awk -F, '
        NR == FNR { for (j = 1; j <= NF; j++) image[FNR, j] = $j; n = NF; next }
        {
            for (j = 1; j <= NF; j++) {
                v = image[FNR, j]
                x = (2 * j - 1) / n - 1
                y = (2 * FNR - 1) / n - 1
                if (tolower(v) == "nan" || x * x + y * y > 1) continue
                t = $j == 2 ? 1 : $j == 1 ? -1 : 0
                m++; sv += v; st += t; svv += v * v; stt += t * t; svt += v * t
            }
        }
        END {
            cov = svt - sv * st / m
            printf "%.4f", cov / sqrt((svv - sv * sv / m) * (stt - st * st / m))
        }' "$1" "$2"
}

echo "frame  correlation  seconds  verdict"
for frame in $FRAMES; do
    start=$(date +%s)
    "$root/headwater" run "$here/kit4.yaml" --output "$out/$frame" \
        --set "data.mat=$data/original/datamat_$frame.mat" \
        --set "data.reference=$data/original/datamat_1_0.mat" "$@" >"$out/$frame.log" 2>&1 ||
        { cat "$out/$frame.log" >&2; exit 1; }
    seconds=$(($(date +%s) - start))
    r=$(correlation "$out/$frame/images/conductivity-change-mean.csv" \
        "$data/frame_${frame}_truth_128x128.csv")
    status=$(sed -n 's/.*"status": "\([A-Z]*\)".*/\1/p' "$out/$frame/verdict.json" | head -n 1)
    echo "$frame    $r       $seconds       $status"
    echo "$r" >>"$out/all"
done
awk '{ s += $1 } END { printf "mean   %.4f over %d frames\n", s / NR, NR }' "$out/all"
