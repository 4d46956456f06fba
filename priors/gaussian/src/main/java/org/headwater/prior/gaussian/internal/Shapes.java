package org.headwater.prior.gaussian.internal;

import org.headwater.api.Ensemble;

/** Checks of what callers pass. */
final class Shapes {
    private Shapes() {}

    static void require(Ensemble y, Ensemble out, int d) {
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the Gaussian prior acts on "
                            + d
                            + " coordinates; points and result must match");
        }
    }
}
