package org.headwater.solver.map.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.api.Synthesis;
import org.headwater.kernels.laplace.SynthesisProblem;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code map}. */
@Component
public final class MapSolverProvider implements SolverProvider {
    private static final String ITERATIONS = "iterations";
    private static final String LAPLACE = "laplace";
    private static final String DRAWS = "draws";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "map",
                    "0.1.0",
                    "The most probable point, by proximal Gauss-Newton steps, and the Laplace"
                            + " approximation around it",
                    SettingsSchema.of(
                            Setting.integer(
                                            ITERATIONS,
                                            "most Gauss-Newton steps to take; linear models need"
                                                    + " one")
                                    .atLeast(1)
                                    .atMost(100_000)
                                    .byDefault(50),
                            Setting.flag(
                                            LAPLACE,
                                            "draw from the Gaussian N(MAP, H^-1) that approximates"
                                                    + " the posterior; false gives the point alone")
                                    .byDefault(true),
                            Setting.integer(DRAWS, "number of draws of the approximation")
                                    .atLeast(2)
                                    .atMost(10_000_000)
                                    .byDefault(2000)),
                    "A. Beck, M. Teboulle, A fast iterative shrinkage-thresholding algorithm, SIAM"
                            + " Journal on Imaging Sciences 2, 2009, doi:10.1137/080716542");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        int iterations = settings.integer(ITERATIONS);
        int draws = settings.flag(LAPLACE) ? settings.integer(DRAWS) : 0;
        return (problem, resources) -> {
            Synthesis synthesis = problem.prior().synthesis().orElse(null);
            if (synthesis == null) {
                return new MapStepper(problem, iterations, draws);
            }
            SynthesisProblem inner = new SynthesisProblem(problem, synthesis);
            return inner.mapped(new MapStepper(inner.inSynthesis(), iterations, draws));
        };
    }
}
