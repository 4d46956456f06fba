package org.headwater.cli.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.headwater.api.Workers;

/** Threads of a benchmark; the caller's takes part. */
final class BenchWorkers implements Workers, AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    BenchWorkers(int threads) {
        this.threads = threads;
        pool = Executors.newFixedThreadPool(Math.max(1, threads - 1));
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public void forRanges(int count, int grain, RangeTask task) {
        AtomicInteger next = new AtomicInteger();
        int ranges = (count + grain - 1) / grain;
        Runnable work =
                () -> {
                    for (int r = next.getAndIncrement(); r < ranges; r = next.getAndIncrement()) {
                        task.run(r * grain, Math.min(count, (r + 1) * grain));
                    }
                };
        List<Future<?>> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, ranges); i++) {
            others.add(pool.submit(work));
        }
        work.run();
        for (Future<?> other : others) {
            try {
                other.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
