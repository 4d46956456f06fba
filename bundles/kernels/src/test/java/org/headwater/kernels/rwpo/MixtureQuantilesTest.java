package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class MixtureQuantilesTest {
    /** Mean and variance against those of the kernels in closed form; the particles' order. */
    @Test
    void haveTheMixturesMoments() {
        L1 prior = new L1(new double[] {1, 3});
        int n = 400;
        double[] y = new double[n];
        KeyedRandom random = KeyedRandom.of(5);
        for (int i = 0; i < n; i++) {
            y[i] = 0.4 + 0.7 * random.gaussian();
        }
        double time = 0.2;
        double beta = 1.5;
        Ensemble x = Ensemble.zeros(n, 2);
        for (int i = 0; i < n; i++) {
            x.data()[2 * i + 1] = y[i];
        }
        double[] mean = new double[2];
        double[] variance = new double[2];
        MixtureReadout.evaluate(
                prior,
                x,
                new double[] {time, time},
                beta,
                Ensemble.zeros(n, 2),
                mean,
                variance,
                new Threads(1));
        double[] z = MixtureQuantiles.of(prior, 1, time, beta, y, new double[] {9, 0});
        double m = Arrays.stream(z).average().orElse(0);
        double v = Arrays.stream(z).map(a -> (a - m) * (a - m)).average().orElse(0);
        double sd = Math.sqrt(variance[1]);
        assertEquals(mean[1], m, 0.005 * sd);
        assertEquals(sd, Math.sqrt(v), 0.01 * sd);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                assertTrue(y[i] >= y[k] || z[i] <= z[k], "order");
            }
        }
    }
}
