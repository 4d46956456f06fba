package org.headwater.kernels.flow;

import org.apache.commons.numbers.gamma.InverseErfc;

/** The standard normal quantile. */
final class NormalQuantile {
    private NormalQuantile() {}

    /** Φ⁻¹(p), 0 &lt; p &lt; 1. */
    static double of(double p) {
        return -Math.sqrt(2) * InverseErfc.value(2 * p);
    }
}
