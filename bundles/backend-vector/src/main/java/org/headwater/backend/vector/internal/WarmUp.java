package org.headwater.backend.vector.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;

/**
 * Runs the layers on small ensembles in the background: until the compiler has seen to them, loops
 * on vector registers are a thousand times slower than afterwards.
 */
final class WarmUp implements Runnable {
    private static final long LIMIT_NANOS = 3_000_000_000L;
    private static final int ROUNDS = 60;

    /** Loops that are not compiled yet take their time. */
    private static final long LONGEST_LAYER_MILLIS = 2000;

    /** Enough particles for the fast Gauss transform and for more than one tile. */
    private static final int PARTICLES = 260;

    /** Each has loops of its own. */
    private static final int[] DIMENSIONS = {2, 8, 40};

    private static final Workers HERE =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(from + grain, count));
                    }
                }
            };

    private final KernelBackend backend;
    private final boolean joint;
    private final Thread thread;
    private volatile boolean stopped;

    private WarmUp(KernelBackend backend, boolean joint) {
        this.backend = backend;
        this.joint = joint;
        this.thread = new Thread(this, "headwater-warm-up");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    /** Starts it on a thread of its own, which gives way to others and keeps nobody from ending. */
    static WarmUp start(KernelBackend backend, boolean joint) {
        WarmUp warmUp = new WarmUp(backend, joint);
        warmUp.thread.start();
        return warmUp;
    }

    /** Ends it, before the classes that it needs are gone. Waits for the layer that it is at. */
    void stop() {
        stopped = true;
        try {
            thread.join(LONGEST_LAYER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isRunning() {
        return thread.isAlive();
    }

    @Override
    public void run() {
        long end = System.nanoTime() + LIMIT_NANOS;
        try {
            for (int i = 0; i < ROUNDS && !stopped && System.nanoTime() < end; i++) {
                round();
            }
        } catch (NoClassDefFoundError e) {
            // A layer took longer than stop() waits, and its classes are gone.
            stopped = true;
        }
    }

    private void round() {
        layer(2, false);
        for (int d : DIMENSIONS) {
            if (joint && !stopped) {
                layer(d, true);
            }
        }
    }

    private void layer(int d, boolean jointLayer) {
        int n = PARTICLES;
        Ensemble x = Ensemble.zeros(n, d);
        double[] kappa = new double[d];
        for (int i = 0; i < n * d; i++) {
            // Spread evenly enough by the golden ratio; what it is does not matter.
            x.data()[i] = i * 0.6180339887498949 % 1;
            kappa[i % d] = 20;
        }
        Ensemble out = Ensemble.zeros(n, d);
        if (jointLayer) {
            backend.joint(x, 20, new double[n], out, new double[n], HERE);
        } else {
            backend.tensorised(x, kappa, Ensemble.zeros(n, d), out, new double[d], HERE);
        }
    }
}
