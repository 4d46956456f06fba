package org.headwater.prior.composite.internal;

import org.headwater.api.Ensemble;

/** Checks of what the priors are handed. */
final class Shapes {
    private Shapes() {}

    static void check(int dimension, Ensemble y, Ensemble out) {
        if (y.dimension() != dimension || out.dimension() != dimension || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the prior acts on "
                            + dimension
                            + " coordinates; points and result must match");
        }
    }
}
