// Mean and covariance of the particles, in double precision and in a fixed order (for the covariance
// correction): covariance_jk = sum_i (x_ij - mean_j)(x_ik - mean_k) / n.

// Column sums of a chunk of rows: part[slot * d + k]; grid: columns / 128 x slots.
KERNEL(column_sums)(const double* x, double* part, int n, int d, int chunk) {
    int k = blockIdx.x * blockDim.x + threadIdx.x;
    if (k >= d) {
        return;
    }
    int begin = blockIdx.y * chunk;
    int end = begin + chunk < n ? begin + chunk : n;
    double sum = 0;
    for (int i = begin; i < end; i++) {
        sum += x[(big) i * d + k];
    }
    part[(big) blockIdx.y * d + k] = sum;
}

// total[at] = factor sum_s part[s * count + at]; a thread per number.
KERNEL(add_slots)(const double* part, double* total, int count, int slots, double factor) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= count) {
        return;
    }
    double sum = 0;
    for (int s = 0; s < slots; s++) {
        sum += part[(big) s * count + at];
    }
    total[at] = sum * factor;
}

// Products of centred columns over a chunk of rows, part[slot * d * d + j * d + k]: tiles of 32 x 32
// columns, 256 threads with 2 x 2 products each. Grid: columns / 32 x columns / 32 x slots; both triangles
// are computed, which gives the same numbers.
KERNEL(gram)(const double* x, const double* mean, double* part, int n, int d, int chunk) {
    __shared__ double left[32 * 33];
    __shared__ double right[32 * 33];
    int across = threadIdx.x % 16;
    int down = threadIdx.x / 16;
    int j0 = blockIdx.y * 32;
    int k0 = blockIdx.x * 32;
    int begin = blockIdx.z * chunk;
    int end = begin + chunk < n ? begin + chunk : n;
    double sums[2][2] = {{0, 0}, {0, 0}};
    for (int base = begin; base < end; base += 32) {
        __syncthreads();
        for (int at = threadIdx.x; at < 32 * 32; at += 256) {
            int i = base + at / 32;
            int j = j0 + at % 32;
            int k = k0 + at % 32;
            left[at / 32 * 33 + at % 32] = i < end && j < d ? x[(big) i * d + j] - mean[j] : 0;
            right[at / 32 * 33 + at % 32] = i < end && k < d ? x[(big) i * d + k] - mean[k] : 0;
        }
        __syncthreads();
        for (int i = 0; i < 32; i++) {
#pragma unroll
            for (int a = 0; a < 2; a++) {
#pragma unroll
                for (int b = 0; b < 2; b++) {
                    sums[a][b] = fma(left[i * 33 + down + 16 * a], right[i * 33 + across + 16 * b], sums[a][b]);
                }
            }
        }
    }
#pragma unroll
    for (int a = 0; a < 2; a++) {
#pragma unroll
        for (int b = 0; b < 2; b++) {
            int j = j0 + down + 16 * a;
            int k = k0 + across + 16 * b;
            if (j < d && k < d) {
                part[((big) blockIdx.z * d + j) * d + k] = sums[a][b];
            }
        }
    }
}
