#!/usr/bin/env bash
# Runs frames of the Kuopio Tomography Challenge 2023 with one setting for all, segments the posterior
# mean of the conductivity change and computes the challenge's score (Score.java says how). Needs
# HEADWATER_DATA_DIR with ktc2023/: currents_A32xP76.csv, measurement_pattern_32x31.csv,
# ref_voltages_31x76.csv, and for each frame FRAME_voltages_31x76.csv and FRAME_truth_256x256.csv.
#
#   benchmarks/ktc2023/run.sh [--set a.b=value]...        all frames that are there
#   FRAMES="train1 train3" benchmarks/ktc2023/run.sh      some of them
#   OUTPUT=DIR benchmarks/ktc2023/run.sh                  keeps the runs and segmented images in DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
data=${HEADWATER_DATA_DIR:?set it to the folder that holds ktc2023/}/ktc2023
if [ -n "${OUTPUT:-}" ]; then
    out=$OUTPUT
    mkdir -p "$out"
else
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi

if [ -z "${FRAMES:-}" ]; then
    FRAMES=$(cd "$data" && ls ./*_truth_256x256.csv | sed 's/^..\(.*\)_truth_256x256.csv/\1/')
fi

echo "frame   score   by the challenge's own segmentation   seconds  verdict"
scores=
for frame in $FRAMES; do
    start=$(date +%s)
    "$root/headwater" run "$here/ktc2023.yaml" --output "$out/$frame" \
        --set "data.voltages=$data/${frame}_voltages_31x76.csv" \
        --set "data.reference=$data/ref_voltages_31x76.csv" \
        --set "data.currents=$data/currents_A32xP76.csv" \
        --set "data.measurement-pattern=$data/measurement_pattern_32x31.csv" "$@" \
        >"$out/$frame.log" 2>&1 || { cat "$out/$frame.log" >&2; exit 1; }
    seconds=$(($(date +%s) - start))
    read -r score own < <(java "$here/Score.java" "$out/$frame" \
        "$data/${frame}_truth_256x256.csv" "$out/$frame-segmented.csv")
    status=$(sed -n 's/.*"status": "\([A-Z]*\)".*/\1/p' "$out/$frame/verdict.json" | head -n 1)
    echo "$frame  $score  $own  $seconds  $status"
    scores="$scores $score $own"
done
echo "$scores" | awk '{
    for (i = 1; i < NF; i += 2) { s += $i; t += $(i + 1) }
    printf "mean    %.4f  %.4f  over %d frames\n", 2 * s / NF, 2 * t / NF, NF / 2
}'
