package org.headwater.testkit.junit;

import java.util.List;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.testkit.Check;
import org.headwater.testkit.PriorChecks;

/** Tests a prior against its contract: extend it and say what to create. */
public abstract class PriorContract extends Contract {
    /** The provider under test. */
    protected abstract PriorProvider provider();

    /** The field that the prior acts on; a vector of 8 unknowns by default. */
    protected FieldShape shape() {
        return new FieldShape(8);
    }

    @Override
    final List<Check> checks() {
        return PriorChecks.of(provider(), settings(), shape(), directory());
    }
}
