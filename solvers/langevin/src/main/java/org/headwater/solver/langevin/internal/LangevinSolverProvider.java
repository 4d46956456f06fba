package org.headwater.solver.langevin.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Settings;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code langevin}. */
@Component
public final class LangevinSolverProvider implements SolverProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "langevin",
                    "0.1.0",
                    "Markov chains to check other solvers by: proximal MALA, NUTS, Crank-Nicolson,"
                            + " Gibbs, MYULA",
                    LangevinOptions.SCHEMA,
                    "M. Pereyra, Proximal Markov chain Monte Carlo algorithms, Statistics and"
                            + " Computing 26, 2016, doi:10.1007/s11222-015-9567-4");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        return new LangevinSolver(LangevinOptions.of(settings));
    }
}
