// Before and after the sums: particles to scaled coordinates, partial sums to barycentres.

// u[k * n + i] = root_k (x_ik - mean_k); a thread per number.
KERNEL(scale)(const double* x, const double* mean, const double* root, REAL* u, int n, int d) {
    big at = (big) blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= (big) n * d) {
        return;
    }
    int i = (int) (at / d);
    int k = (int) (at % d);
    u[(big) k * n + i] = (REAL) ((x[at] - mean[k]) * root[k]);
}

// c[g * n + i] = (low_g - logZ_ig) log2 e; a thread per number.
KERNEL(weigh)(const double* logZ, const double* low, REAL* c, int n, int groups) {
    big at = (big) blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= (big) n * groups) {
        return;
    }
    int i = (int) (at / groups);
    int g = (int) (at % groups);
    c[(big) g * n + i] = (REAL) ((low[g] - logZ[at]) * 1.4426950408889634);
}

// squares[i] = |u_i|^2; a thread per point.
KERNEL(norms)(const REAL* u, REAL* squares, int n, int d) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    double sum = 0;
    for (int k = 0; k < d; k++) {
        double a = u[(big) k * n + i];
        sum += a * a;
    }
    squares[i] = (REAL) sum;
}

// Adds the slots up; a thread per point (x) and column (y, from a first one on). Column j is coordinate j % dims of
// group j / dims. out[i * stride + j] = barycentre, self[g * n + i] = weight of the point itself.
KERNEL(combine)(const REAL* part, const REAL* c, const double* mean, const double* root, double* out,
        double* self, int n, int slots, int dims, int stride, int from) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    int j = from + blockIdx.y;
    int group = j / dims;
    int k = j % dims;
    int components = 1 + dims + ONLINE;
    big step = (big) components * n;
    const REAL* sums = part + (big) group * slots * step + i;
    double top = 0;
#if ONLINE
    top = LEAST;
    for (int s = 0; s < slots; s++) {
        top = fmax(top, (double) sums[s * step + (big) (1 + dims) * n]);
    }
#endif
    double mass = 0;
    double moment = 0;
    for (int s = 0; s < slots; s++) {
        double share = 1;
#if ONLINE
        share = power2((double) sums[s * step + (big) (1 + dims) * n] - top);
#endif
        mass += share * (double) sums[s * step];
        moment += share * (double) sums[s * step + (big) (1 + k) * n];
    }
    out[(big) i * stride + j] = mean[j] + moment / mass / root[j];
    if (k == 0) {
        double own = exp2((double) c[(big) group * n + i] - top) / mass;
        self[(big) group * n + i] = own < 1 ? own : 1;
    }
}

// mean[g] of values[g * n + i] over i, in a fixed order; a block of 256 threads per group.
KERNEL(average)(const double* values, double* means, int n) {
    __shared__ double sums[256];
    const double* v = values + (big) blockIdx.x * n;
    double sum = 0;
    for (int i = threadIdx.x; i < n; i += 256) {
        sum += v[i];
    }
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (int half = 128; half > 0; half /= 2) {
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        means[blockIdx.x] = sums[0] / n;
    }
}
