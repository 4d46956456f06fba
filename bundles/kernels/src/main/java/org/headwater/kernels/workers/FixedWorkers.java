package org.headwater.kernels.workers;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.headwater.api.Workers;

/**
 * A fixed pool of daemon threads; the caller's thread takes part. Calls from within a task run in
 * the task's own thread, so that tasks cannot wait for each other.
 */
public final class FixedWorkers implements Workers, AutoCloseable {
    private final int threads;
    private final ExecutorService pool;
    private final ThreadLocal<Boolean> inTask = ThreadLocal.withInitial(() -> false);

    /** Works on {@code threads} threads, the caller's included. */
    public FixedWorkers(int threads) {
        this.threads = threads;
        AtomicInteger number = new AtomicInteger();
        this.pool =
                threads == 1
                        ? null
                        : Executors.newFixedThreadPool(
                                threads - 1,
                                task -> {
                                    String name = "headwater-worker-" + number.incrementAndGet();
                                    Thread t = new Thread(task, name);
                                    t.setDaemon(true);
                                    return t;
                                });
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public void forRanges(int count, int grain, RangeTask task) {
        if (count <= 0) {
            return;
        }
        Ranges ranges = new Ranges(count, grain, task);
        int helpers = pool == null || inTask.get() ? 0 : Math.min(threads, ranges.number) - 1;
        for (int i = 0; i < helpers; i++) {
            pool.execute(() -> work(ranges));
        }
        work(ranges);
        ranges.awaitAll();
    }

    private void work(Ranges ranges) {
        boolean outer = inTask.get();
        inTask.set(true);
        try {
            ranges.work();
        } finally {
            inTask.set(outer);
        }
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.shutdown();
        }
    }

    /** The ranges of one call; threads take the next one until there are none. */
    private static final class Ranges {
        private final int count;
        private final int grain;
        private final int number;
        private final RangeTask task;
        private final AtomicInteger next = new AtomicInteger();
        private final CountDownLatch open;
        private Throwable failure;
        private int failedRange;

        Ranges(int count, int grain, RangeTask task) {
            this.count = count;
            this.grain = Math.max(1, grain);
            this.number = (int) (((long) count + this.grain - 1) / this.grain);
            this.task = task;
            this.open = new CountDownLatch(number);
        }

        void work() {
            for (int r = next.getAndIncrement(); r < number; r = next.getAndIncrement()) {
                try {
                    int from = r * grain;
                    task.run(from, Math.min(count, from + Math.min(grain, count - from)));
                } catch (RuntimeException | Error e) {
                    keep(e, r);
                } finally {
                    open.countDown();
                }
            }
        }

        /** Keeps the failure of the first range that failed, so that it is always the same one. */
        private synchronized void keep(Throwable e, int range) {
            if (failure == null || range < failedRange) {
                failure = e;
                failedRange = range;
            }
        }

        void awaitAll() {
            boolean interrupted = false;
            while (true) {
                try {
                    open.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            synchronized (this) {
                if (failure instanceof Error e) {
                    throw e;
                }
                if (failure instanceof RuntimeException e) {
                    throw e;
                }
            }
        }
    }
}
