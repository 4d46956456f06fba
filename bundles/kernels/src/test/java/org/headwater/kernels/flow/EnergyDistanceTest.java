package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

class EnergyDistanceTest {
    @Test
    void agreesWithTheReferenceVectors() {
        for (Vectors v : Vectors.named("energy_distance")) {
            Ensemble a = v.points("a");
            double found = EnergyDistance.of(a, v.points("b"), null, new Threads(1));
            v.check("ED", new double[] {found});
        }
    }

    @Test
    void gradientIsTheDerivativeOnAnyNumberOfThreads() {
        KeyedRandom random = KeyedRandom.of(2);
        double[] a = new double[3 * 40];
        double[] b = new double[3 * 30];
        Arrays.setAll(a, i -> random.gaussian());
        Arrays.setAll(b, i -> 0.5 + random.gaussian());
        Ensemble x = Ensemble.of(40, 3, a);
        Ensemble y = Ensemble.of(30, 3, b);
        double[] bar = new double[a.length];
        double[] again = new double[a.length];
        double value = EnergyDistance.of(x, y, bar, new Threads(1));
        assertEquals(value, EnergyDistance.of(x, y, again, new Threads(3)), 0);
        assertArrayEquals(bar, again, 0);
        double e = 1e-5;
        for (int i = 0; i < a.length; i += 7) {
            double old = a[i];
            a[i] = old + e;
            double up = EnergyDistance.of(x, y, null, new Threads(1));
            a[i] = old - e;
            double down = EnergyDistance.of(x, y, null, new Threads(1));
            a[i] = old;
            assertEquals((up - down) / (2 * e), bar[i], 1e-9);
        }
    }
}
