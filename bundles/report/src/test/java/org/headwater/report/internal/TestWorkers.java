package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.headwater.api.Workers;

/** Workers on a pool of daemon threads. */
record TestWorkers(int threads) implements Workers {
    @Override
    public void forRanges(int count, int grain, RangeTask task) {
        ExecutorService pool =
                Executors.newFixedThreadPool(
                        threads,
                        work -> {
                            Thread thread = new Thread(work);
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int from = 0; from < count; from += grain) {
                int start = from;
                int end = Math.min(count, from + grain);
                running.add(pool.submit(() -> task.run(start, end)));
            }
            for (Future<?> f : running) {
                f.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            pool.shutdown();
        }
    }
}
