#!/bin/sh
# Everything there is to run on an NVIDIA card, in one command:
#
#   benchmarks/card.sh                 on a machine with this checkout, Java 17, a card, its driver and NVRTC
#   benchmarks/card.sh pack FOLDER     puts Java, Headwater and these scripts into FOLDER, for a machine that
#                                      has a card but no Java; there: sh FOLDER/card.sh
#
# Checks the backend against the contract and against the CPU, its determinism, then times it beside PyTorch
# where Python has PyTorch. Ends with a table for benchmarks/README.md. Exit code 0: all checks hold.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = pack ]; then
    folder=${2:?name a folder}
    "$here/../headwater" doctor >/dev/null
    mkdir -p "$folder"
    jlink --strip-debug --no-header-files --no-man-pages --compress=2 --output "$folder/java" \
        --add-modules java.se,jdk.incubator.vector,jdk.unsupported,jdk.zipfs,jdk.management
    cp -r "$here/../distribution/target/headwater" "$folder/headwater"
    # ND4J's 130 MB are of no use here.
    rm -rf "$folder/headwater/system/10-nd4j" "$folder/headwater/data" \
        "$folder/headwater/system/20-platform/"*backend.nd4j* "$folder/headwater/repository"
    cp "$here/card.sh" "$here/peers/cuda.py" "$folder/"
    du -sh "$folder"
    exit 0
fi

if [ -x "$here/headwater/bin/headwater" ]; then
    JAVA_HOME=$here/java && export JAVA_HOME
    headwater=$here/headwater/bin/headwater
    peers=$here/cuda.py
    examples=$here/headwater/examples
else
    headwater=$here/../headwater
    peers=$here/peers/cuda.py
    examples=$here/../distribution/examples
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== machine"
nvidia-smi --query-gpu=index,name,driver_version,compute_cap,clocks.sm,clocks.mem,clocks.max.sm --format=csv || true
"$headwater" doctor | tee "$work/doctor"
if ! grep -E '^ *OK +backends ' "$work/doctor" | grep -q cuda; then
    echo "the CUDA backend cannot be used here: see 'backend cuda' above" >&2
    exit 1
fi

echo "== contract"
"$headwater" shell -c "verify cuda"

echo "== a run on the card, again, and on the CPU"
for name in first second; do
    "$headwater" run "$examples/lasso.yaml" --set backend=cuda --output "$work/$name" --seed 1 >/dev/null
done
"$headwater" run "$examples/lasso.yaml" --set backend=vector --output "$work/cpu" --seed 1 >/dev/null
cmp "$work/first/posterior.npy" "$work/second/posterior.npy"
if grep -q backend-failed "$work/first/verdict.json"; then
    echo "the card failed on the way" >&2
    exit 1
fi
awk -F, 'NR == FNR { mean[$1] = $2; sd[$1] = $3; next }
    FNR > 1 && ($2 - mean[$1]) ^ 2 > (1e-6 * sd[$1]) ^ 2 { print "card and CPU differ in " $1; bad = 1 }
    END { if (!bad) print "same bytes twice, same summary as on the CPU"; exit bad }' \
    "$work/cpu/summary.csv" "$work/first/summary.csv"

echo "== times"
for shape in 2000,2 8000,2 32000,2 2000,8 8000,8 32000,8 8000,32 8000,128; do
    n=${shape%,*}
    d=${shape#*,}
    for bits in 32 64; do
        printf 'joint %s %s bits: ' "$shape" "$bits"
        "$headwater" bench joint --n "$n" --d "$d" --precision "$bits" --backend cuda --json | tee -a "$work/bench"
    done
done
for shape in 2000,128 10000,128 30000,4 100000,4; do
    for backend in cuda vector; do
        printf '%s tensorised %s: ' "$backend" "$shape"
        "$headwater" bench cc --n "${shape%,*}" --d "${shape#*,}" --backend "$backend" --json
    done
done
if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
    python3 "$peers" "$work/bench"
else
    echo "no PyTorch with CUDA here: the peers' side is left out"
fi
