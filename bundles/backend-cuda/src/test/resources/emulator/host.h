// Compiles the kernels for the CPU: the threads of a block are fibers that take turns at every
// __syncthreads(), in ascending or descending order. Blocks run one after the other.
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

struct Dim {
    unsigned x, y, z;
};

static Dim threadIdx, blockIdx, blockDim, gridDim;

#define __device__ static
#define __forceinline__ inline
#define __shared__ static
#define __align__(bytes) __attribute__((aligned(bytes)))
#define KERNEL(name) static void name
#define fma(a, b, c) ((a) * (b) + (c))

static inline float fast_exp2(float x) {
    return x < -126 ? 0 : exp2f(x);
}

static inline long long __double_as_longlong(double x) {
    long long bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double __longlong_as_double(long long bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

namespace emulator {

template <int... I>
struct Indices {};

template <int N, int... I>
struct Count : Count<N - 1, N - 1, I...> {};

template <int... I>
struct Count<0, I...> {
    typedef Indices<I...> type;
};

const int MOST = 256;
const size_t STACK = 1 << 16;

// Contexts start fibers; to go on, jumps are enough, and cost no system call.
jmp_buf scheduler;
jmp_buf fibers[MOST];
bool started[MOST];
char stacks[MOST][STACK];
bool over[MOST];
int current;
void (*body)(void** arguments);
void** given;

void fiber() {
    body(given);
    over[current] = true;
    _longjmp(scheduler, 1);
}

// Runs a fiber until its next barrier or its end.
void resume(int t) {
    if (_setjmp(scheduler) != 0) {
        return;
    }
    if (started[t]) {
        _longjmp(fibers[t], 1);
    }
    started[t] = true;
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stacks[t];
    context.uc_stack.ss_size = STACK;
    context.uc_link = nullptr;
    makecontext(&context, fiber, 0);
    setcontext(&context);
}

// Returns false if some threads of a block wait at a barrier that others never reach.
bool run(Dim grid, Dim block, bool descending, bool waits, void (*kernel)(void**), void** arguments) {
    int count = (int) block.x;
    if (count > MOST || block.y != 1 || block.z != 1) {
        return false;
    }
    body = kernel;
    given = arguments;
    gridDim = grid;
    blockDim = block;
    for (blockIdx.z = 0; blockIdx.z < grid.z; blockIdx.z++) {
        for (blockIdx.y = 0; blockIdx.y < grid.y; blockIdx.y++) {
            for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++) {
                if (!waits) {
                    for (int turn = 0; turn < count; turn++) {
                        threadIdx = {(unsigned) (descending ? count - 1 - turn : turn), 0, 0};
                        kernel(arguments);
                    }
                    continue;
                }
                for (int t = 0; t < count; t++) {
                    over[t] = false;
                    started[t] = false;
                }
                int ended = 0;
                while (ended < count) {
                    ended = 0;
                    for (int turn = 0; turn < count; turn++) {
                        current = descending ? count - 1 - turn : turn;
                        threadIdx = {(unsigned) current, 0, 0};
                        resume(current);
                        ended += over[current];
                    }
                    if (ended > 0 && ended < count) {
                        fprintf(stderr, "emulator: %d of %d threads passed a barrier\n", count - ended, count);
                        return false;
                    }
                }
            }
        }
    }
    return true;
}

template <auto kernel, class... A, int... I>
void call(void** arguments, void (*)(A...), Indices<I...>) {
    kernel(*static_cast<A*>(arguments[I])...);
}

template <auto kernel, class... A>
void unpack(void** arguments, void (*typed)(A...)) {
    call<kernel>(arguments, typed, typename Count<sizeof...(A)>::type());
}

template <auto kernel>
void start(void** arguments) {
    unpack<kernel>(arguments, kernel);
}

}  // namespace emulator

static inline void __syncthreads() {
    if (_setjmp(emulator::fibers[emulator::current]) == 0) {
        _longjmp(emulator::scheduler, 1);
    }
}
