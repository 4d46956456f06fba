package org.headwater.backend.vector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.junit.jupiter.api.Test;

class VectorBackendTest {
    private static final Workers ONE =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    task.run(0, count);
                }
            };

    private final VectorBackendProvider provider = new VectorBackendProvider();

    @Test
    void saysWhatItIs() {
        assertEquals("vector", provider.info().type());
        assertEquals("", provider.unavailable());
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        assertTrue(provider.create().description().contains(vectors ? "-bit" : "scalar"));
    }

    /** Two particles: weights in closed form. */
    @Test
    void computesBothLayers() {
        KernelBackend backend = provider.create();
        Ensemble x = Ensemble.of(2, 2, new double[] {0, 0, 1, 2});
        Ensemble mean = Ensemble.zeros(2, 2);
        double[] self = new double[2];
        backend.joint(x, .1, new double[] {0, .25}, mean, self, ONE);
        double other = Math.exp(-.5 - .25) / (1 + Math.exp(-.5 - .25));
        assertEquals(other, mean.get(0, 0), 1e-15);
        assertEquals(2 * other, mean.get(0, 1), 1e-15);
        assertEquals(1 - other, self[0], 1e-15);

        Ensemble logZ = Ensemble.of(2, 2, new double[] {0, 0, .25, 0});
        backend.tensorised(x, new double[] {.5, .2}, logZ, mean, self, ONE);
        double first = Math.exp(-.5 - .25) / (1 + Math.exp(-.5 - .25));
        double second = Math.exp(-.8) / (1 + Math.exp(-.8));
        assertEquals(first, mean.get(0, 0), 1e-15);
        assertEquals(2 * second, mean.get(0, 1), 1e-15);
        assertEquals(2 - 2 * second, mean.get(1, 1), 1e-15);
        assertEquals(1 - second, self[1], 1e-15);
    }

    /** The classes of a warm-up go with the bundle. */
    @Test
    void nothingRunsAfterTheProviderHasGone() {
        VectorBackendProvider going = new VectorBackendProvider();
        going.create(KernelBackend.Precision.SINGLE);
        going.create(KernelBackend.Precision.DOUBLE);
        going.stop();
        assertTrue(going.warmUps().stream().noneMatch(WarmUp::isRunning));
    }
}
