#!/usr/bin/env bash
# The batched sparse Cholesky of bundles/kernels against SuiteSparse's CHOLMOD, called from C, on the
# same matrices of EIT, one thread each, taking turns; then EIT's voltages and gradients of 1000
# particles. Needs libsuitesparse-dev and a C compiler (Debian: apt-get install libsuitesparse-dev
# libopenblas0-serial gcc). Look at ratios within a run, not at times.
#
#   benchmarks/peers/cholmod/run.sh [ROUNDS]        three rounds by default
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

cc -O3 -march=native -o "$out/cholmod" "$here/cholmod.c" -lcholmod
study() {
    (cd "$root" && mvn -q -B -Pstudies -pl forward-models/eit -am verify -Dtest="$1" \
        -Dsurefire.failIfNoSpecifiedTests=false -Dheadwater.study.output="$out") | grep -o 'speed:.*'
}
for round in $(seq "${1:-3}"); do
    echo "round $round"
    study FactorStudy
    (cd "$out" && ./cholmod disc-850.txt disc-1800.txt)
done
study ForwardStudy
