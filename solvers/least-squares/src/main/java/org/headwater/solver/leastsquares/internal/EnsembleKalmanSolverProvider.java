package org.headwater.solver.leastsquares.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Resources;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.api.Stepper;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code ensemble-kalman}. */
@Component
public final class EnsembleKalmanSolverProvider implements SolverProvider {
    private static final String TYPE = "ensemble-kalman";
    private static final String PARTICLES = "particles";
    private static final String ITERATIONS = "iterations";

    /** By default, at least. */
    private static final int FEWEST = 32;

    private static final PluginInfo INFO =
            new PluginInfo(
                    TYPE,
                    "0.1.0",
                    "The ensemble Kalman sampler with an accept-reject step: exact draws without"
                            + " derivatives of the forward model",
                    SettingsSchema.of(
                            Setting.integer(
                                            PARTICLES,
                                            "size of the ensemble, at least 2d + 6 for d"
                                                    + " parameters; by default 3d + 8 or 32,"
                                                    + " whichever is more")
                                    .atLeast(8)
                                    .atMost(1_000_000),
                            Setting.integer(
                                            ITERATIONS,
                                            "moves of each particle; a quarter of them tunes the"
                                                    + " step")
                                    .atLeast(4)
                                    .atMost(100_000)
                                    .byDefault(1500)),
                    "A. Garbuno-Inigo, F. Hoffmann, W. Li, A. M. Stuart, Interacting Langevin"
                            + " diffusions: gradient structure and ensemble Kalman sampler, SIAM"
                            + " Journal on Applied Dynamical Systems 19, 2020,"
                            + " doi:10.1137/19M1251655");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        return new LeastSquaresSolver(
                (problem, resources) ->
                        stepper(settings, new PenalisedSquares(problem, TYPE), resources));
    }

    private static Stepper stepper(Settings settings, PenalisedSquares form, Resources resources) {
        int d = form.dimension();
        int particles =
                settings.has(PARTICLES) ? settings.integer(PARTICLES) : Math.max(FEWEST, 3 * d + 8);
        if (particles < 2 * d + 6) {
            throw settings.invalid(
                    PARTICLES,
                    "must be at least " + (2 * d + 6) + " for " + d + " parameters",
                    "raise it, or leave it out");
        }
        return new EnsembleKalmanStepper(
                form, resources.workers(), particles + particles % 2, settings.integer(ITERATIONS));
    }
}
