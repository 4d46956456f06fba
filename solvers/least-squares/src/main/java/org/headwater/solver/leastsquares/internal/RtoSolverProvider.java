package org.headwater.solver.leastsquares.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.kernels.leastsquares.LeastSquaresForm;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code rto}. */
@Component
public final class RtoSolverProvider implements SolverProvider {
    private static final String TYPE = "rto";
    private static final String CHAINS = "chains";
    private static final String ITERATIONS = "iterations";

    private static final PluginInfo INFO =
            new PluginInfo(
                    TYPE,
                    "0.1.0",
                    "Randomise-then-optimise: independent draws of Gaussian posteriors, corrected"
                            + " by Metropolis and Hastings elsewhere",
                    SettingsSchema.of(
                            Setting.integer(CHAINS, "chains beside each other")
                                    .atLeast(2)
                                    .atMost(10_000)
                                    .byDefault(16),
                            Setting.integer(
                                            ITERATIONS,
                                            "proposals of each chain, each an optimisation")
                                    .atLeast(1)
                                    .atMost(100_000)
                                    .byDefault(250)),
                    "J. M. Bardsley, A. Solonen, H. Haario, M. Laine, Randomize-then-optimize: a"
                            + " method for sampling from posterior distributions in nonlinear"
                            + " inverse problems, SIAM Journal on Scientific Computing 36, 2014,"
                            + " doi:10.1137/140964023");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        int chains = settings.integer(CHAINS);
        int iterations = settings.integer(ITERATIONS);
        return new LeastSquaresSolver(
                (problem, resources) ->
                        new RtoStepper(
                                LeastSquaresForm.of(problem, TYPE),
                                resources.workers(),
                                chains,
                                iterations));
    }
}
