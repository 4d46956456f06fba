package org.headwater.solver.langevin.internal;

import java.util.Map;
import org.headwater.api.SolverProvider;
import org.headwater.testkit.junit.SolverContract;
import org.junit.jupiter.api.Nested;

/** What any solver must keep, for every method. */
class LangevinContractTest {
    abstract static class OfMethod extends SolverContract {
        private final String method;

        OfMethod(String method) {
            this.method = method;
        }

        @Override
        protected SolverProvider provider() {
            return new LangevinSolverProvider();
        }

        @Override
        protected Map<String, ?> settings() {
            return Map.of("method", method);
        }
    }

    @Nested
    class Mala extends OfMethod {
        Mala() {
            super("mala");
        }
    }

    @Nested
    class Myula extends OfMethod {
        Myula() {
            super("myula");
        }
    }

    @Nested
    class Ula extends OfMethod {
        Ula() {
            super("ula");
        }
    }

    @Nested
    class CrankNicolson extends OfMethod {
        CrankNicolson() {
            super("pcn");
        }
    }

    @Nested
    class NoUTurn extends OfMethod {
        NoUTurn() {
            super("nuts");
        }
    }

    @Nested
    class Gibbs extends OfMethod {
        Gibbs() {
            super("gibbs");
        }
    }
}
