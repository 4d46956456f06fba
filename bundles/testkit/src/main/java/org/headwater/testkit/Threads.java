package org.headwater.testkit;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.headwater.api.Workers;

/** Daemon threads that live as long as one call. */
final class Threads implements Workers {
    /** Threads that call a plug-in at the same time. */
    static final int CALLERS = 8;

    private static final int ROUNDS = 40;

    private final int threads;

    Threads(int threads) {
        this.threads = threads;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public void forRanges(int count, int grain, RangeTask task) {
        int ranges = (count + grain - 1) / grain;
        AtomicInteger next = new AtomicInteger();
        run(
                Math.min(threads, ranges),
                worker -> {
                    for (int r = next.getAndIncrement(); r < ranges; r = next.getAndIncrement()) {
                        task.run(r * grain, Math.min(count, (r + 1) * grain));
                    }
                });
    }

    /**
     * Requires that calls from eight threads at a time give the same bytes as one after the other.
     *
     * @param call the k-th of eight different calls of the plug-in, repeatable
     */
    static String sameFromAll(IntFunction<double[]> call) {
        double[][] alone = new double[CALLERS][];
        for (int k = 0; k < CALLERS; k++) {
            alone[k] = call.apply(k);
        }
        CyclicBarrier start = new CyclicBarrier(CALLERS);
        run(
                CALLERS,
                k -> {
                    await(start);
                    for (int round = 0; round < ROUNDS; round++) {
                        Limits.sameBytes(
                                "a call while other threads call",
                                alone[k],
                                call.apply(k),
                                "keep no workspace or other changing state in the plug-in's"
                                        + " fields");
                    }
                });
        return "the same bytes from " + CALLERS + " threads, " + ROUNDS + " calls each";
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** One thread's work. */
    @FunctionalInterface
    private interface Work {
        void run(int thread);
    }

    private static void run(int threads, Work work) {
        if (threads <= 1) {
            work.run(0);
            return;
        }
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread[] all = new Thread[threads];
        for (int k = 0; k < threads; k++) {
            int number = k;
            all[k] =
                    new Thread(
                            () -> {
                                try {
                                    work.run(number);
                                } catch (Throwable e) {
                                    thrown.compareAndSet(null, e);
                                }
                            },
                            "headwater-check-" + k);
            all[k].setDaemon(true);
            all[k].start();
        }
        try {
            for (Thread thread : all) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (thrown.get() instanceof RuntimeException e) {
            throw e;
        }
        if (thrown.get() instanceof Error e) {
            throw e;
        }
    }
}
