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
}
