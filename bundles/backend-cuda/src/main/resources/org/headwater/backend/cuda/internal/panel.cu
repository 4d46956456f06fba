// Many coordinates: 64 queries against tiles of 64 keys as two small matrix products, exponents by DEPTH
// coordinates at a time and sums of WIDTH coordinates per block. 256 threads, each with 4 queries, 4 keys and
// WIDTH / 16 coordinates. Grid: queries / 64 x slots x slices of WIDTH coordinates; every slice computes the
// exponents anew, the first one writes masses (and maxima). Definitions: WIDTH (16, 32, 64 or 128), DEPTH, DOT.
//
// DOT = 1: exponents by products, c_l - |u_l|^2 - |u_i|^2 + 2 u_i.u_l, for points near the mean;
// DOT = 0: by squared differences. ONLINE: a first pass over the keys finds each query's maximum.
#define QUERIES 64
#define KEYS 64
#define ROOM (QUERIES + 4)
#define EACH (WIDTH / 16)
#define STAGE (2 * DEPTH * KEYS > DEPTH * WIDTH ? 2 * DEPTH * KEYS : DEPTH * WIDTH)

__device__ __forceinline__ int panel_column(int across, int b) {
#if WIDTH >= 64
    return b / 4 * 64 + 4 * across + b % 4;
#else
    return EACH * across + b;
#endif
}

KERNEL(panel)(const REAL* u, const REAL* c, const REAL* squares, REAL* part, int n, int d, int chunk) {
    __shared__ __align__(16) REAL stage[STAGE];
    __shared__ __align__(16) REAL weights[KEYS * ROOM];
    int across = threadIdx.x % 16;
    int down = threadIdx.x / 16;
    int query0 = blockIdx.x * QUERIES;
    int slice = blockIdx.z * WIDTH;
    int begin = blockIdx.y * chunk;
    int end = begin + chunk < n ? begin + chunk : n;
    REAL mass[4];
    REAL moment[4][EACH];
    REAL top[4];
#pragma unroll
    for (int a = 0; a < 4; a++) {
        mass[a] = 0;
        top[a] = ONLINE ? LEAST : (REAL) 0;
#pragma unroll
        for (int b = 0; b < EACH; b++) {
            moment[a][b] = 0;
        }
    }
    for (int pass = ONLINE ? 0 : 1; pass < 2; pass++) {
        for (int base = begin; base < end; base += KEYS) {
            REAL e[4][4];
#pragma unroll
            for (int a = 0; a < 4; a++) {
#pragma unroll
                for (int b = 0; b < 4; b++) {
                    e[a][b] = 0;
                }
            }
            for (int depth = 0; depth < d; depth += DEPTH) {
                __syncthreads();
                for (int at = threadIdx.x; at < DEPTH * KEYS; at += 256) {
                    int k = depth + at / KEYS;
                    int i = query0 + at % KEYS;
                    int l = base + at % KEYS;
                    stage[at] = k < d && i < n ? u[(big) k * n + i] : (REAL) 0;
                    stage[DEPTH * KEYS + at] = k < d && l < end ? u[(big) k * n + l] : (REAL) 0;
                }
                __syncthreads();
#pragma unroll
                for (int k = 0; k < DEPTH; k++) {
                    const REAL* q = stage + k * KEYS + 4 * down;
                    const REAL* key = stage + (DEPTH + k) * KEYS + 4 * across;
#pragma unroll
                    for (int a = 0; a < 4; a++) {
#pragma unroll
                        for (int b = 0; b < 4; b++) {
#if DOT
                            e[a][b] = fma(q[a], key[b], e[a][b]);
#else
                            REAL delta = q[a] - key[b];
                            e[a][b] = fma(-delta, delta, e[a][b]);
#endif
                        }
                    }
                }
            }
#pragma unroll
            for (int b = 0; b < 4; b++) {
                int l = base + 4 * across + b;
                REAL weight = l < end ? c[l] : LEAST;
#if DOT
                REAL square = l < end ? squares[l] : (REAL) 0;
#endif
#pragma unroll
                for (int a = 0; a < 4; a++) {
#if DOT
                    int i = query0 + 4 * down + a;
                    REAL own = i < n ? squares[i] : (REAL) 0;
                    e[a][b] = weight + fmin(fma((REAL) 2, e[a][b], -(square + own)), (REAL) 0);
#else
                    e[a][b] += weight;
#endif
                    if (pass == 0) {
                        top[a] = fmax(top[a], e[a][b]);
                    } else {
                        e[a][b] = power2(e[a][b] - top[a]);
                        mass[a] += e[a][b];
                    }
                }
            }
            if (pass == 0) {
                continue;
            }
#pragma unroll
            for (int b = 0; b < 4; b++) {
#pragma unroll
                for (int a = 0; a < 4; a++) {
                    weights[(4 * across + b) * ROOM + 4 * down + a] = e[a][b];
                }
            }
            for (int depth = 0; depth < KEYS; depth += DEPTH) {
                __syncthreads();
                for (int at = threadIdx.x; at < DEPTH * WIDTH; at += 256) {
                    int l = base + depth + at % DEPTH;
                    int k = slice + at / DEPTH;
                    stage[at % DEPTH * WIDTH + at / DEPTH] = l < end && k < d ? u[(big) k * n + l] : (REAL) 0;
                }
                __syncthreads();
#pragma unroll
                for (int l = 0; l < DEPTH; l++) {
                    const REAL* weight = weights + (depth + l) * ROOM + 4 * down;
                    const REAL* value = stage + l * WIDTH;
#pragma unroll
                    for (int b = 0; b < EACH; b++) {
#pragma unroll
                        for (int a = 0; a < 4; a++) {
                            moment[a][b] = fma(weight[a], value[panel_column(across, b)], moment[a][b]);
                        }
                    }
                }
            }
        }
        // Maxima, then masses, of the 16 threads that share a query.
        __syncthreads();
#pragma unroll
        for (int a = 0; a < 4; a++) {
            weights[across * ROOM + 4 * down + a] = pass == 0 ? top[a] : mass[a];
        }
        __syncthreads();
#pragma unroll
        for (int a = 0; a < 4; a++) {
            REAL all = weights[4 * down + a];
            for (int t = 1; t < 16; t++) {
                REAL one = weights[t * ROOM + 4 * down + a];
                all = pass == 0 ? fmax(all, one) : all + one;
            }
            if (pass == 0) {
                top[a] = all;
            } else {
                mass[a] = all;
            }
        }
    }
    part += (big) blockIdx.y * (1 + d + ONLINE) * n;
#pragma unroll
    for (int a = 0; a < 4; a++) {
        int i = query0 + 4 * down + a;
        if (i < n) {
            if (slice == 0 && across == 0) {
                part[i] = mass[a];
#if ONLINE
                part[(big) (1 + d) * n + i] = top[a];
#endif
            }
#pragma unroll
            for (int b = 0; b < EACH; b++) {
                int k = slice + panel_column(across, b);
                if (k < d) {
                    part[(big) (1 + k) * n + i] = moment[a][b];
                }
            }
        }
    }
}
