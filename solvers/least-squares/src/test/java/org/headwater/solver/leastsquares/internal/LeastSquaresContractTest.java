package org.headwater.solver.leastsquares.internal;

import org.headwater.api.SolverProvider;
import org.headwater.testkit.junit.SolverContract;
import org.junit.jupiter.api.Nested;

/** What any solver must keep. */
class LeastSquaresContractTest {
    @Nested
    class Rto extends SolverContract {
        @Override
        protected SolverProvider provider() {
            return new RtoSolverProvider();
        }
    }

    @Nested
    class EnsembleKalman extends SolverContract {
        @Override
        protected SolverProvider provider() {
            return new EnsembleKalmanSolverProvider();
        }
    }
}
