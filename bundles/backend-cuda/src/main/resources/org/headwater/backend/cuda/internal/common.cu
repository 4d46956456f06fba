// What all kernels share. Before this text stand the definitions that specialise it:
//   REAL          float or double
//   SINGLE        1 if REAL is float
//   ONLINE        1 if each query finds its own maximum (log weights of any range)
//
// A layer has `groups` independent softmaxes: 1 for the joint layer, d for the tensorised one. Points are
// scaled and centred, u = sqrt(kappa log2 e) (x - mean), coordinate by coordinate: coordinate k of point i at
// u[k * n + i]. Log weights c = (min logZ - logZ) log2 e <= 0, group by group. Then
//   w_il ~ 2^(c_l - |u_i - u_l|^2).
// Kernels leave partial sums in `part`: slot s, component k of point i at part[(s * components + k) * n + i],
// component 0 = sum of weights, 1.. = weighted sums of coordinates, last (ONLINE only) = maximum. Slots are
// added in order, hence the same bytes on the same card.

typedef unsigned long long big;

// Below all log weights and exponents that matter, and far above what overflows in the arithmetic.
#if SINGLE
#define LEAST ((REAL) -1e30f)
#else
#define LEAST ((REAL) -1e300)
#endif

#if SINGLE
__device__ __forceinline__ float power2(float x) {
    return fast_exp2(x);
}
#else
// 2^x for x <= 1, to 2 units in the last place; 2^-1020 below. Taylor's series on [-1/2, 1/2].
__device__ __forceinline__ double power2(double x) {
    x = fmax(x, -1020.0);
    const double shift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to a whole number
    double whole = x + shift;
    double r = x - (whole - shift);
    double p = 2.5678435993488206e-11;
    p = fma(p, r, 4.4455382718708116e-10);
    p = fma(p, r, 7.054911620801123e-09);
    p = fma(p, r, 1.0178086009239699e-07);
    p = fma(p, r, 1.3215486790144307e-06);
    p = fma(p, r, 1.5252733804059841e-05);
    p = fma(p, r, 0.0001540353039338161);
    p = fma(p, r, 0.0013333558146428443);
    p = fma(p, r, 0.009618129107628477);
    p = fma(p, r, 0.05550410866482158);
    p = fma(p, r, 0.2402265069591007);
    p = fma(p, r, 0.6931471805599453);
    p = fma(p, r, 1.0);
    long long exponent = (long long) (int) __double_as_longlong(whole);
    return __longlong_as_double(__double_as_longlong(p) + (exponent << 52));
}
#endif
