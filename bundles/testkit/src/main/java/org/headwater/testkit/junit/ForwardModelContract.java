package org.headwater.testkit.junit;

import java.util.List;
import java.util.Map;
import org.headwater.api.ForwardModelProvider;
import org.headwater.testkit.Check;
import org.headwater.testkit.ForwardModelChecks;

/** Tests a forward model against its contract: extend it and say what to create. */
public abstract class ForwardModelContract extends Contract {
    /** The provider under test. */
    protected abstract ForwardModelProvider provider();

    /** The {@code data} section with which the model is tested; empty by default. */
    protected Map<String, ?> data() {
        return Map.of();
    }

    @Override
    final List<Check> checks() {
        return ForwardModelChecks.of(provider(), settings(), data(), directory());
    }
}
