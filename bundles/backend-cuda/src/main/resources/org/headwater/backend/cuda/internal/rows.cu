// A thread holds ROWS queries in registers and goes through a chunk of the keys, TILE at a time through shared
// memory. Grid: queries / (THREADS * ROWS) x slots x groups. Definitions: DIM coordinates per point, ROWS,
// THREADS, TILE, STRIDE >= DIM + 1 numbers per key in shared memory.
//
// Single precision: sums of a tile begin at 0 and are then added to the chunk's, so that rounding errors grow
// with the root of TILE, not of N. ONLINE: as in FlashAttention, sums are kept relative to the largest
// exponent so far and rescaled when it grows.
KERNEL(rows)(const REAL* u, const REAL* c, REAL* part, int n, int chunk) {
    __shared__ __align__(16) REAL keys[TILE * STRIDE];
    u += (big) blockIdx.z * DIM * n;
    c += (big) blockIdx.z * n;
    part += (big) blockIdx.z * gridDim.y * (1 + DIM + ONLINE) * n;
    int first = blockIdx.x * THREADS * ROWS + threadIdx.x;
    REAL q[ROWS][DIM];
    REAL mass[ROWS];
    REAL moment[ROWS][DIM];
#if ONLINE
    REAL top[ROWS];
#endif
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        int i = first + r * THREADS;
        mass[r] = 0;
#if ONLINE
        top[r] = LEAST;
#endif
#pragma unroll
        for (int k = 0; k < DIM; k++) {
            q[r][k] = i < n ? u[(big) k * n + i] : (REAL) 0;
            moment[r][k] = 0;
        }
    }
    int begin = blockIdx.y * chunk;
    int end = begin + chunk < n ? begin + chunk : n;
    for (int base = begin; base < end; base += TILE) {
        __syncthreads();
        for (int at = threadIdx.x; at < TILE; at += THREADS) {
            int l = base + at;
            keys[at * STRIDE + DIM] = l < end ? c[l] : LEAST;
#pragma unroll
            for (int k = 0; k < DIM; k++) {
                keys[at * STRIDE + k] = l < end ? u[(big) k * n + l] : (REAL) 0;
            }
        }
        __syncthreads();
#if ONLINE
#pragma unroll 1
        for (int at = 0; at < TILE; at += 4) {
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                REAL e[4];
                REAL high = top[r];
#pragma unroll
                for (int b = 0; b < 4; b++) {
                    const REAL* key = keys + (at + b) * STRIDE;
                    e[b] = key[DIM];
#pragma unroll
                    for (int k = 0; k < DIM; k++) {
                        REAL delta = q[r][k] - key[k];
                        e[b] = fma(-delta, delta, e[b]);
                    }
                    high = fmax(high, e[b]);
                }
                if (high > top[r]) {
                    REAL down = power2(top[r] - high);
                    mass[r] *= down;
#pragma unroll
                    for (int k = 0; k < DIM; k++) {
                        moment[r][k] *= down;
                    }
                    top[r] = high;
                }
#pragma unroll
                for (int b = 0; b < 4; b++) {
                    const REAL* key = keys + (at + b) * STRIDE;
                    REAL w = power2(e[b] - high);
                    mass[r] += w;
#pragma unroll
                    for (int k = 0; k < DIM; k++) {
                        moment[r][k] = fma(w, key[k], moment[r][k]);
                    }
                }
            }
        }
#else
        REAL tile_mass[ROWS];
        REAL tile_moment[ROWS][DIM];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            tile_mass[r] = 0;
#pragma unroll
            for (int k = 0; k < DIM; k++) {
                tile_moment[r][k] = 0;
            }
        }
#pragma unroll 8
        for (int at = 0; at < TILE; at++) {
            const REAL* key = keys + at * STRIDE;
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                REAL e = key[DIM];
#pragma unroll
                for (int k = 0; k < DIM; k++) {
                    REAL delta = q[r][k] - key[k];
                    e = fma(-delta, delta, e);
                }
                REAL w = power2(e);
                tile_mass[r] += w;
#pragma unroll
                for (int k = 0; k < DIM; k++) {
                    tile_moment[r][k] = fma(w, key[k], tile_moment[r][k]);
                }
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            mass[r] += tile_mass[r];
#pragma unroll
            for (int k = 0; k < DIM; k++) {
                moment[r][k] += tile_moment[r][k];
            }
        }
#endif
    }
    part += (big) blockIdx.y * (1 + DIM + ONLINE) * n;
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        int i = first + r * THREADS;
        if (i < n) {
            part[i] = mass[r];
#pragma unroll
            for (int k = 0; k < DIM; k++) {
                part[(big) (1 + k) * n + i] = moment[r][k];
            }
#if ONLINE
            part[(big) (1 + DIM) * n + i] = top[r];
#endif
        }
    }
}
