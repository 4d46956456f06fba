package org.headwater.solver.map.internal;

import org.headwater.api.SolverProvider;
import org.headwater.testkit.junit.SolverContract;

class MapContractTest extends SolverContract {
    @Override
    protected SolverProvider provider() {
        return new MapSolverProvider();
    }
}
