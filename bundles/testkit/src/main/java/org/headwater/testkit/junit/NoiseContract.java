package org.headwater.testkit.junit;

import java.util.List;
import org.headwater.api.NoiseProvider;
import org.headwater.testkit.Check;
import org.headwater.testkit.NoiseChecks;

/** Tests a noise model against its contract: extend it and say what to create. */
public abstract class NoiseContract extends Contract {
    /** The provider under test. */
    protected abstract NoiseProvider provider();

    /** Measured data that may have come with such noise; whole numbers from 4 to 15 by default. */
    protected double[] measured() {
        return NoiseChecks.typicalData();
    }

    @Override
    final List<Check> checks() {
        return NoiseChecks.of(provider(), settings(), measured(), directory());
    }
}
