package org.headwater.testkit.junit;

import java.util.List;
import org.headwater.api.SolverProvider;
import org.headwater.testkit.Check;
import org.headwater.testkit.SolverChecks;

/** Tests a solver against its contract: extend it and say what to create. */
public abstract class SolverContract extends Contract {
    /** The provider under test. */
    protected abstract SolverProvider provider();

    /** How far a mean of the Gaussian test posterior may be off, in standard deviations. */
    protected double meanLimit() {
        return SolverChecks.MEAN_LIMIT;
    }

    /** How far a standard deviation of it may be off, as a fraction. */
    protected double sdLimit() {
        return SolverChecks.SD_LIMIT;
    }

    @Override
    final List<Check> checks() {
        return SolverChecks.of(provider(), settings(), directory(), meanLimit(), sdLimit());
    }
}
