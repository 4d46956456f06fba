package org.headwater.solver.otflow.internal;

import java.util.Map;
import org.headwater.api.SolverProvider;
import org.headwater.testkit.junit.SolverContract;

/** What any solver must keep. */
class OtFlowContractTest extends SolverContract {
    @Override
    protected SolverProvider provider() {
        return new OtFlowSolverProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("iterations", 60);
    }
}
