package org.headwater.testkit;

import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;

/** Random points, the same at every call. */
final class Points {
    private Points() {}

    static RandomStream random(long key) {
        return KeyedRandom.of(20_261_122).split(key);
    }

    /** n normal points of R^d with standard deviation {@code scale}. */
    static Ensemble normal(RandomStream random, int n, int d, double scale) {
        Ensemble x = Ensemble.zeros(n, d);
        for (int k = 0; k < x.data().length; k++) {
            x.data()[k] = scale * random.gaussian();
        }
        return x;
    }

    static double[] normal(RandomStream random, int d) {
        return normal(random, 1, d, 1).data();
    }

    /** The points in reverse order. */
    static double[] reversed(double[] rows, int columns) {
        double[] out = new double[rows.length];
        int n = rows.length / columns;
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows, i * columns, out, (n - 1 - i) * columns, columns);
        }
        return out;
    }
}
