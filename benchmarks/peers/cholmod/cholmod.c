/*
 * Milliseconds per matrix that CHOLMOD takes, on one thread, for the factorisation and for solves
 * with 15 right-hand sides: one symbolic analysis, then medians over the matrices of a file.
 *
 * The file: n, entries of the lower triangle, matrices; then for each entry its row, its column and
 * its values, one for each matrix.
 */
#include <stdio.h>
#include <stdlib.h>
#include <suitesparse/cholmod.h>
#include <time.h>

#define ROUNDS 10
#define COLUMNS 15

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * t.tv_sec + 1e-6 * t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int count) {
    qsort(x, count, sizeof(double), ascending);
    return x[count / 2];
}

static void measure(FILE *in, const char *name, int supernodal) {
    int n, entries, matrices;
    if (fscanf(in, "%d %d %d", &n, &entries, &matrices) != 3) exit(2);
    cholmod_common c;
    cholmod_start(&c);
    c.supernodal = supernodal;
    c.final_ll = 1;
    c.nmethods = 1;
    c.method[0].ordering = CHOLMOD_AMD;

    cholmod_triplet *t = cholmod_allocate_triplet(n, n, entries, -1, CHOLMOD_REAL, &c);
    double *values = malloc(sizeof(double) * entries * matrices);
    for (int k = 0; k < entries; k++) {
        if (fscanf(in, "%d %d", &((int *)t->i)[k], &((int *)t->j)[k]) != 2) exit(2);
        for (int m = 0; m < matrices; m++) {
            if (fscanf(in, "%lf", &values[m * entries + k]) != 1) exit(2);
        }
        ((double *)t->x)[k] = k;
    }
    t->nnz = entries;
    /* Values that are the entries' numbers tell where each entry went. */
    cholmod_sparse *a = cholmod_triplet_to_sparse(t, entries, &c);
    int *from = malloc(sizeof(int) * entries);
    for (int k = 0; k < entries; k++) from[k] = (int)((double *)a->x)[k];

    cholmod_factor *l = cholmod_analyze(a, &c);
    cholmod_dense *b = cholmod_zeros(n, COLUMNS, CHOLMOD_REAL, &c);
    for (int j = 0; j < COLUMNS; j++) ((double *)b->x)[j * n + n - COLUMNS + j] = 1;
    cholmod_dense *x = NULL, *y = NULL, *e = NULL;
    double factor[ROUNDS * 1000], solve[ROUNDS * 1000];
    int count = 0;
    for (int r = -1; r < ROUNDS; r++) {
        for (int m = 0; m < matrices; m++) {
            for (int k = 0; k < entries; k++) {
                ((double *)a->x)[k] = values[m * entries + from[k]];
            }
            double start = now();
            cholmod_factorize(a, l, &c);
            double middle = now();
            cholmod_solve2(CHOLMOD_A, l, b, NULL, &x, NULL, &y, &e, &c);
            double end = now();
            if (c.status != CHOLMOD_OK) exit(1);
            if (r >= 0) {
                factor[count] = middle - start;
                solve[count++] = end - middle;
            }
        }
    }
    printf("speed: %s CHOLMOD %d.%d.%d %s n %d |L| %.0f factor %.4f ms, 15 solves %.4f ms\n", name,
           CHOLMOD_MAIN_VERSION, CHOLMOD_SUB_VERSION, CHOLMOD_SUBSUB_VERSION,
           supernodal == CHOLMOD_SIMPLICIAL ? "simplicial" : "supernodal", n, c.lnz,
           median(factor, count), median(solve, count));
}

int main(int argc, char **argv) {
    for (int f = 1; f < argc; f++) {
        int kinds[] = {CHOLMOD_SIMPLICIAL, CHOLMOD_SUPERNODAL};
        for (int k = 0; k < 2; k++) {
            FILE *in = fopen(argv[f], "r");
            if (!in) return 2;
            measure(in, argv[f], kinds[k]);
            fclose(in);
        }
    }
    return 0;
}
