// Each pair once: E_ij = 2^-|u_i - u_j|^2 serves the sums of both. Points are cut into regions of `tiles` tiles
// of SIDE = 16 * MICRO points; block (a, b, group) with a <= b takes all pairs of regions a and b, and leaves the
// sums of a's points in slot b and those of b's points in slot a: every slot of every point is written once.
// 256 threads, each with MICRO x MICRO pairs of a tile; sums over threads go through shared memory in a fixed
// order. Definitions: DIM, MICRO, MOST_TILES. Needs log weights >= -60 or so (ONLINE = 0): E_ii = 1 bounds the
// sums below. Pays where an exponential costs many instructions, hence in double precision.
#define SIDE (16 * MICRO)
#define PITCH (2 * DIM + 1)

KERNEL(pairs)(const REAL* u, const REAL* c, REAL* part, int n, int tiles) {
    if (blockIdx.y < blockIdx.x) {
        return;
    }
    // Coordinates, weight, weighted coordinates of the columns of a tile.
    __shared__ REAL keys[SIDE * PITCH];
    __shared__ REAL gather[SIDE * 17];
    __shared__ REAL sums[MOST_TILES * SIDE * (1 + DIM)];
    u += (big) blockIdx.z * DIM * n;
    c += (big) blockIdx.z * n;
    part += (big) blockIdx.z * gridDim.x * (1 + DIM) * n;
    int across = threadIdx.x % 16;
    int down = threadIdx.x / 16;
    bool diagonal = blockIdx.x == blockIdx.y;
    int side = tiles * SIDE;
    int row0 = blockIdx.x * side;
    int column0 = blockIdx.y * side;
    REAL* rowSlot = part + (big) blockIdx.y * (1 + DIM) * n;
    REAL* columnSlot = part + (big) blockIdx.x * (1 + DIM) * n;
    for (int at = threadIdx.x; at < side * (1 + DIM); at += 256) {
        sums[at] = 0;
    }
    for (int tileRow = 0; tileRow < tiles; tileRow++) {
        REAL x[MICRO][DIM];
        REAL g[MICRO];
        REAL mass[MICRO];
        REAL moment[MICRO][DIM];
#pragma unroll
        for (int a = 0; a < MICRO; a++) {
            int i = row0 + tileRow * SIDE + down + 16 * a;
            g[a] = i < n ? power2(c[i]) : (REAL) 0;
            mass[a] = 0;
#pragma unroll
            for (int k = 0; k < DIM; k++) {
                x[a][k] = i < n ? u[(big) k * n + i] : (REAL) 0;
                moment[a][k] = 0;
            }
        }
        for (int tile = diagonal ? tileRow : 0; tile < tiles; tile++) {
            bool same = diagonal && tile == tileRow;
            __syncthreads();
            for (int at = threadIdx.x; at < SIDE; at += 256) {
                int l = column0 + tile * SIDE + at;
                REAL weight = l < n ? power2(c[l]) : (REAL) 0;
                keys[at * PITCH + DIM] = weight;
#pragma unroll
                for (int k = 0; k < DIM; k++) {
                    REAL v = l < n ? u[(big) k * n + l] : (REAL) 0;
                    keys[at * PITCH + k] = v;
                    keys[at * PITCH + DIM + 1 + k] = weight * v;
                }
            }
            __syncthreads();
            REAL other[MICRO][1 + DIM];
#pragma unroll
            for (int b = 0; b < MICRO; b++) {
#pragma unroll
                for (int k = 0; k <= DIM; k++) {
                    other[b][k] = 0;
                }
                const REAL* key = keys + (across + 16 * b) * PITCH;
#pragma unroll
                for (int a = 0; a < MICRO; a++) {
                    REAL e = 0;
#pragma unroll
                    for (int k = 0; k < DIM; k++) {
                        REAL delta = x[a][k] - key[k];
                        e = fma(-delta, delta, e);
                    }
                    e = power2(e);
                    mass[a] = fma(e, key[DIM], mass[a]);
                    REAL weight = e * g[a];
                    other[b][0] += weight;
#pragma unroll
                    for (int k = 0; k < DIM; k++) {
                        moment[a][k] = fma(e, key[DIM + 1 + k], moment[a][k]);
                        other[b][1 + k] = fma(weight, x[a][k], other[b][1 + k]);
                    }
                }
            }
            // A tile against itself has each pair twice already.
            if (!same) {
#pragma unroll
                for (int k = 0; k <= DIM; k++) {
                    __syncthreads();
#pragma unroll
                    for (int b = 0; b < MICRO; b++) {
                        gather[(across + 16 * b) * 17 + down] = other[b][k];
                    }
                    __syncthreads();
                    if (threadIdx.x < SIDE) {
                        REAL sum = 0;
                        for (int t = 0; t < 16; t++) {
                            sum += gather[threadIdx.x * 17 + t];
                        }
                        sums[k * side + tile * SIDE + threadIdx.x] += sum;
                    }
                }
            }
        }
#pragma unroll
        for (int k = 0; k <= DIM; k++) {
            __syncthreads();
#pragma unroll
            for (int a = 0; a < MICRO; a++) {
                gather[(down + 16 * a) * 17 + across] = k == 0 ? mass[a] : moment[a][k == 0 ? 0 : k - 1];
            }
            __syncthreads();
            if (threadIdx.x < SIDE) {
                REAL sum = 0;
                for (int t = 0; t < 16; t++) {
                    sum += gather[threadIdx.x * 17 + t];
                }
                int i = row0 + tileRow * SIDE + threadIdx.x;
                if (diagonal) {
                    sums[k * side + tileRow * SIDE + threadIdx.x] += sum;
                } else if (i < n) {
                    rowSlot[(big) k * n + i] = sum;
                }
            }
        }
    }
    __syncthreads();
    for (int at = threadIdx.x; at < side; at += 256) {
        int l = column0 + at;
        if (l < n) {
            for (int k = 0; k <= DIM; k++) {
                columnSlot[(big) k * n + l] = sums[k * side + at];
            }
        }
    }
}
