package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;

/** Checks of arguments. */
final class Shapes {
    private Shapes() {}

    static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    static void same(Ensemble model, Ensemble other, String name) {
        if (other.size() != model.size() || other.dimension() != model.dimension()) {
            throw new IllegalArgumentException(
                    name
                            + " must be "
                            + model.size()
                            + " × "
                            + model.dimension()
                            + ", got "
                            + other.size()
                            + " × "
                            + other.dimension());
        }
    }

    static void finite(Ensemble x, String name) {
        double[] data = x.data();
        for (int i = 0; i < data.length; i++) {
            if (!Double.isFinite(data[i])) {
                int d = x.dimension();
                throw new IllegalArgumentException(
                        name
                                + " must be finite, got "
                                + data[i]
                                + " in row "
                                + i / d
                                + ", column "
                                + i % d
                                + " (from 0)");
            }
        }
    }

    static void finite(double[] a, String name) {
        finite(Ensemble.of(a.length, 1, a), name);
    }

    static void positive(double[] a, String name) {
        for (double v : a) {
            require(v > 0 && Double.isFinite(v), name + " must be positive and finite, got " + v);
        }
    }
}
