package org.headwater.prior.tv.internal;

import java.util.Optional;
import java.util.function.Function;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;

/**
 * The weight of a total variation.
 *
 * @param value &gt; 0
 * @param automatic whether it is only a first guess
 */
record Weight(double value, boolean automatic) {
    static Weight of(double value) {
        return new Weight(value, false);
    }

    /** How a prior with this weight scales, homogeneous of degree 1 on m dimensions. */
    Optional<Scaling> scaling(int m, Function<Weight, Prior> prior) {
        return m < 1
                ? Optional.empty()
                : Optional.of(
                        new Scaling(
                                value,
                                1,
                                m,
                                automatic,
                                v -> prior.apply(new Weight(v, automatic))));
    }
}
