package org.headwater.backend.cuda.internal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * One card's memory and kernels. Blocks of memory have names and stay from call to call, growing
 * when they must; kernels are compiled when first asked for. All under one lock: a layer at a time.
 */
final class Device {
    /** Numbers that pass between Java's arrays and the card at once. */
    private static final int STAGE = 1 << 20;

    /** Blocks of a grid in its second and third direction. */
    static final int MOST_BLOCKS = 65535;

    /**
     * The driver's CUDA version from which on it has the function by which this build reads clocks;
     * to call one that is missing ends the process. All others that are called are as old as the
     * oldest card.
     */
    private static final int CLOCK_DRIVER = 12080;

    private record Block(long address, long bytes) {}

    private record Kernel(Source source, String name) {}

    private final Card card;
    private final CodeCache cache;
    private final String compiler;
    private final CUctx_st context;
    private final CUevent_st begin = new CUevent_st();
    private final CUevent_st end = new CUevent_st();
    private final DoublePointer stage = new DoublePointer(STAGE);
    private final Map<String, Block> blocks = new HashMap<>();
    private final Map<Source, CUmod_st> modules = new HashMap<>();
    private final Map<Kernel, CUfunc_st> kernels = new HashMap<>();

    /** What block "x" holds. */
    private double[] resident;

    private final ReentrantLock lock = new ReentrantLock();

    Device(Card card, CodeCache cache) throws CudaException {
        this.card = card;
        this.cache = cache;
        compiler = Driver.compiler();
        context = Driver.context(card);
        Driver.check(cudart.cuCtxSetCurrent(context), "using " + card);
        Driver.check(cudart.cuEventCreate(begin, 0), "making a clock");
        Driver.check(cudart.cuEventCreate(end, 0), "making a clock");
    }

    Card card() {
        return card;
    }

    /** Takes the card for the calling thread, until {@link #release}. */
    void take() throws CudaException {
        lock.lock();
        try {
            Driver.check(cudart.cuCtxSetCurrent(context), "using " + card);
        } catch (CudaException e) {
            lock.unlock();
            throw e;
        }
    }

    void release() {
        lock.unlock();
    }

    /** Address of a block of at least so many bytes, whose content is lost when it has to grow. */
    long block(String name, long bytes) throws CudaException {
        Block old = blocks.get(name);
        if (old != null && old.bytes >= bytes) {
            return old.address;
        }
        free(name);
        long[] address = new long[1];
        Driver.check(
                cudart.cuMemAlloc(address, Math.max(bytes, 1)),
                String.format("taking %.3g GB of memory", bytes / 1e9));
        blocks.put(name, new Block(address[0], bytes));
        return address[0];
    }

    private void free(String name) throws CudaException {
        Block block = blocks.remove(name);
        if (block != null) {
            Driver.check(cudart.cuMemFree(block.address), "giving memory back");
        }
    }

    /** Gives all memory back, as far as the card still answers. */
    void freeAll() {
        for (Block block : blocks.values()) {
            cudart.cuMemFree(block.address);
        }
        blocks.clear();
    }

    /** Copies numbers onto the card; returns where they are. */
    long upload(String name, double[] numbers) throws CudaException {
        long address = block(name, (long) Double.BYTES * numbers.length);
        for (int at = 0; at < numbers.length; at += STAGE) {
            int count = Math.min(STAGE, numbers.length - at);
            stage.put(numbers, at, count);
            Driver.check(
                    cudart.cuMemcpyHtoD(
                            address + (long) Double.BYTES * at, stage, (long) Double.BYTES * count),
                    "copying to the card");
        }
        return address;
    }

    /** Address of particles, which are copied only if they are not those of the last call. */
    long particles(double[] x) throws CudaException {
        if (!Arrays.equals(x, resident) || !blocks.containsKey("x")) {
            resident = null;
            upload("x", x);
            resident = x.clone();
        }
        return blocks.get("x").address;
    }

    /** Copies numbers from the card; waits for what is under way. */
    void download(long address, double[] numbers) throws CudaException {
        for (int at = 0; at < numbers.length; at += STAGE) {
            int count = Math.min(STAGE, numbers.length - at);
            Driver.check(
                    cudart.cuMemcpyDtoH(
                            stage, address + (long) Double.BYTES * at, (long) Double.BYTES * count),
                    "copying from the card");
            stage.get(numbers, at, count);
        }
    }

    /**
     * Starts a kernel.
     *
     * @param arguments addresses as Long, numbers as Integer or Double
     */
    void launch(Source source, String name, int[] grid, int threads, Object... arguments)
            throws CudaException {
        CUfunc_st kernel = kernel(source, name);
        Pointer[] values = new Pointer[arguments.length];
        for (int k = 0; k < values.length; k++) {
            Object a = arguments[k];
            values[k] =
                    a instanceof Long address
                            ? new LongPointer(new long[] {address})
                            : a instanceof Integer number
                                    ? new IntPointer(new int[] {number})
                                    : new DoublePointer(new double[] {(Double) a});
        }
        try (PointerPointer<Pointer> list = new PointerPointer<>(values)) {
            Driver.check(
                    cudart.cuLaunchKernel(
                            kernel, grid[0], grid[1], grid[2], threads, 1, 1, 0, null, list, null),
                    "starting kernel " + name);
        } finally {
            for (Pointer value : values) {
                value.close();
            }
        }
    }

    private CUfunc_st kernel(Source source, String name) throws CudaException {
        Kernel key = new Kernel(source, name);
        CUfunc_st kernel = kernels.get(key);
        if (kernel == null) {
            CUmod_st module = modules.get(source);
            if (module == null) {
                module = module(source);
                modules.put(source, module);
            }
            kernel = Driver.kernel(module, name);
            kernels.put(key, kernel);
        }
        return kernel;
    }

    private CUmod_st module(Source source) throws CudaException {
        String text = source.text();
        String key = CodeCache.key(text, card, compiler);
        byte[] code = cache.get(key);
        if (code != null) {
            try {
                return Driver.module(code);
            } catch (CudaException e) {
                cache.remove(key);
            }
        }
        code = Driver.compile(text, card.capability());
        cache.put(key, code);
        return Driver.module(code);
    }

    /** Begins to measure the card's time. */
    void startClock() throws CudaException {
        Driver.check(cudart.cuEventRecord(begin, null), "reading the clock");
    }

    /**
     * Milliseconds of the card since {@link #startClock}, NaN with an older driver; waits until its
     * work is done.
     */
    double stopClock() throws CudaException {
        Driver.check(cudart.cuEventRecord(end, null), "reading the clock");
        Driver.check(cudart.cuEventSynchronize(end), "waiting for the card");
        if (card.driver() < CLOCK_DRIVER) {
            return Double.NaN;
        }
        float[] milliseconds = new float[1];
        Driver.check(cudart.cuEventElapsedTime(milliseconds, begin, end), "reading the clock");
        return milliseconds[0];
    }
}
