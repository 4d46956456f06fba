package org.headwater.kernels.workers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixedWorkersTest {
    @ParameterizedTest
    @CsvSource({"1,10,3", "2,10,3", "4,1,1", "3,0,5", "3,7,100", "4,1000,1"})
    void everyItemIsDoneOnceInRangesThatDependOnCountAndGrain(int threads, int count, int grain) {
        AtomicIntegerArray done = new AtomicIntegerArray(count + 1);
        Set<Integer> starts = ConcurrentHashMap.newKeySet();
        try (FixedWorkers workers = new FixedWorkers(threads)) {
            assertEquals(threads, workers.threads());
            workers.forRanges(
                    count,
                    grain,
                    (from, to) -> {
                        starts.add(from);
                        assertTrue(to - from <= grain);
                        for (int i = from; i < to; i++) {
                            done.incrementAndGet(i);
                        }
                    });
        }
        for (int i = 0; i < count; i++) {
            assertEquals(1, done.get(i));
        }
        assertEquals((count + grain - 1) / grain, starts.size());
        assertTrue(starts.stream().allMatch(s -> s % grain == 0));
    }

    @Test
    void allThreadsWorkAtOnce() {
        int threads = 3;
        CyclicBarrier allHere = new CyclicBarrier(threads);
        try (FixedWorkers workers = new FixedWorkers(threads)) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(30),
                    () ->
                            workers.forRanges(
                                    threads,
                                    1,
                                    (from, to) -> {
                                        try {
                                            allHere.await();
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    }));
        }
    }

    @Test
    void nestedCallsRunInTheTasksThread() {
        try (FixedWorkers workers = new FixedWorkers(3)) {
            workers.forRanges(
                    12,
                    1,
                    (from, to) -> {
                        Thread outer = Thread.currentThread();
                        workers.forRanges(
                                5, 1, (a, b) -> assertSame(outer, Thread.currentThread()));
                    });
        }
    }

    @Test
    void theFirstFailureIsThrownAfterAllHaveEnded() {
        for (int threads = 1; threads <= 4; threads++) {
            AtomicIntegerArray done = new AtomicIntegerArray(50);
            try (FixedWorkers workers = new FixedWorkers(threads)) {
                IllegalStateException e =
                        assertThrows(
                                IllegalStateException.class,
                                () ->
                                        workers.forRanges(
                                                50,
                                                1,
                                                (from, to) -> {
                                                    done.set(from, 1);
                                                    if (from % 20 == 7) {
                                                        throw new IllegalStateException("" + from);
                                                    }
                                                }));
                assertEquals("7", e.getMessage());
                int[] all = new int[50];
                Arrays.setAll(all, done::get);
                assertEquals(50, Arrays.stream(all).sum());
                assertThrows(
                        OutOfMemoryError.class,
                        () ->
                                workers.forRanges(
                                        3,
                                        1,
                                        (from, to) -> {
                                            throw new OutOfMemoryError("test");
                                        }));
            }
        }
    }
}
