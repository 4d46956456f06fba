package org.headwater.kernels.rwpo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.headwater.api.Workers;

/** Workers on a pool that lives for one call; one thread is the caller's. */
public record Threads(int threads) implements Workers {
    @Override
    public void forRanges(int count, int grain, RangeTask task) {
        if (threads == 1) {
            for (int from = 0; from < count; from += grain) {
                task.run(from, Math.min(from + grain, count));
            }
            return;
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int from = 0; from < count; from += grain) {
                int start = from;
                int end = Math.min(from + grain, count);
                all.add(pool.submit(() -> task.run(start, end)));
            }
            for (Future<?> f : all) {
                f.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdown();
        }
    }
}
