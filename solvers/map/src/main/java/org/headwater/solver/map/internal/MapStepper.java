package org.headwater.solver.map.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.laplace.MapFinder;

/**
 * One step of {@link MapFinder} a step, until it rests; the steps that remain then do nothing. The
 * one particle is the point that it has reached.
 */
final class MapStepper implements Stepper {
    private static final String CONVERGED = "converged";
    private static final String CHANGE = "change";

    private final Problem problem;
    private final MapFinder finder;
    private final int iterations;
    private final int draws;
    private final int d;

    /**
     * @param iterations most steps; a quadratic f takes one
     * @param draws of the Laplace approximation; 0 for the point alone
     */
    MapStepper(Problem problem, int iterations, int draws) {
        this.problem = problem;
        this.finder = new MapFinder(problem);
        this.iterations = problem.target().isQuadratic() ? 1 : iterations;
        this.draws = draws;
        this.d = problem.dimension();
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public int particles() {
        return 1;
    }

    @Override
    public State start(RandomStream random) {
        return at(finder.start());
    }

    /** Begins at the points' mean where ψ allows it and the forward model works there. */
    @Override
    public State start(Ensemble points, RandomStream random) {
        double[] mean = new double[d];
        for (int i = 0; i < points.size(); i++) {
            for (int j = 0; j < d; j++) {
                mean[j] += points.get(i, j) / points.size();
            }
        }
        boolean good =
                points.size() > 0
                        && Double.isFinite(problem.prior().potential(mean, 0))
                        && problem.target()
                                        .evaluate(
                                                Ensemble.of(1, d, mean),
                                                new double[1],
                                                Ensemble.zeros(1, d),
                                                new boolean[1])
                                == 0;
        return good ? at(mean) : start(random);
    }

    private State at(double[] x) {
        return State.empty()
                .with(State.ITERATION, 0)
                .with(State.PARTICLES, Ensemble.of(1, d, x))
                .with(State.FAILURES, new double[1]);
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        int iteration = before.iteration() + 1;
        State state = before.with(State.ITERATION, iteration);
        if (before.scalar(CONVERGED, 0) != 0) {
            return new StepResult(state, new StepInfo(iteration, 0, 0, 0, Map.of()));
        }
        MapFinder.Step step = finder.step(before.array(State.PARTICLES));
        int failed = step.failed() ? 1 : 0;
        double[] failures = {step.failed() ? before.array(State.FAILURES)[0] + 1 : 0};
        state =
                state.with(State.PARTICLES, Ensemble.of(1, d, step.point()))
                        .with(State.FAILURES, failures)
                        .with(CONVERGED, step.converged() ? 1 : 0);
        if (!step.failed()) {
            state = state.with(CHANGE, step.change());
        }
        double residual = step.failed() ? 0 : step.change();
        return new StepResult(state, new StepInfo(iteration, residual, 0, failed, Map.of()));
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        double[] mode = state.array(State.PARTICLES).clone();
        List<Reason> reasons = new ArrayList<>();
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        double change = state.scalar(CHANGE, Double.NaN);
        diagnostics.put(CHANGE, change);
        if (state.scalar(CONVERGED, 0) == 0) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "map-not-reached",
                            "the search has ended before it came to rest at the most probable point"
                                    + " (its last step, in conditional standard deviations)",
                            change,
                            MapFinder.TOLERANCE,
                            "raise solver.iterations, or check the forward model's derivatives"));
        }
        if (draws == 0) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "point-estimate",
                            "this is the most probable point alone: it says nothing of the"
                                    + " uncertainty, and standard deviations are given as 0",
                            Double.NaN,
                            Double.NaN,
                            "set solver.laplace: true, or use solver.type rwpo or langevin"));
            return new Posterior(Ensemble.of(1, d, mode), false, reasons, diagnostics, mode);
        }
        boolean gaussian =
                problem.target().isQuadratic() && problem.prior().quadratic().isPresent();
        if (!gaussian) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "laplace-approximation",
                            "the draws are of a Gaussian around the most probable point, an"
                                    + " approximation: it knows nothing of skewness, of several"
                                    + " modes, of kinks and bounds of the prior",
                            Double.NaN,
                            Double.NaN,
                            "use solver.type rwpo or langevin for the posterior itself"));
        }
        Ensemble x = LaplaceApproximation.at(problem, mode).draw(draws, 1, random);
        return new Posterior(x, false, reasons, diagnostics, mode);
    }
}
