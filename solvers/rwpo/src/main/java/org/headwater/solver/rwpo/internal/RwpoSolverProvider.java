package org.headwater.solver.rwpo.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Settings;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code rwpo}. */
@Component
public final class RwpoSolverProvider implements SolverProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "rwpo",
                    "0.1.0",
                    "Noise-free particle sampling by the regularised Wasserstein proximal operator,"
                            + " with a covariance correction",
                    RwpoOptions.SCHEMA,
                    "F. Han, S. Osher, W. Li, Sparse transformer architectures via regularized"
                            + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        return new RwpoSolver(RwpoOptions.of(settings));
    }
}
