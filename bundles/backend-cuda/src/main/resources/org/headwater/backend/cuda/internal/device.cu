// What a kernel needs of CUDA. (Tests compile the kernels for the CPU and define the same.)
#ifdef __CUDACC_RTC__
#define KERNEL(name) extern "C" __global__ void __launch_bounds__(256) name

// Relative error 2^-22; what would be denormal is 0.
__device__ __forceinline__ float fast_exp2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
#endif
