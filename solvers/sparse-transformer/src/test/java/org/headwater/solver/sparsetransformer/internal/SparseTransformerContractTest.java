package org.headwater.solver.sparsetransformer.internal;

import java.util.Map;
import org.headwater.api.SolverProvider;
import org.headwater.testkit.junit.SolverContract;
import org.junit.jupiter.api.Nested;

/** What any solver must keep, for every last layer. */
class SparseTransformerContractTest {
    abstract static class OfLayer extends SolverContract {
        private final String layer;

        OfLayer(String layer) {
            this.layer = layer;
        }

        @Override
        protected SolverProvider provider() {
            return new SparseTransformerSolverProvider();
        }

        @Override
        protected Map<String, ?> settings() {
            return layer.equals("particles")
                    ? Map.of(
                            "layer",
                            layer,
                            "iterations",
                            60,
                            "batch",
                            128,
                            "steps",
                            2,
                            "width",
                            8,
                            "key-count",
                            64)
                    : Map.of("layer", layer, "iterations", 60);
        }
    }

    @Nested
    class Slots extends OfLayer {
        Slots() {
            super("slots");
        }
    }

    @Nested
    class PlainSlots extends OfLayer {
        PlainSlots() {
            super("plain-slots");
        }
    }

    @Nested
    class KernelReadout extends OfLayer {
        KernelReadout() {
            super("kr");
        }
    }

    @Nested
    class Particles extends OfLayer {
        Particles() {
            super("particles");
        }
    }
}
