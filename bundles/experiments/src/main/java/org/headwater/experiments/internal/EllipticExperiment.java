package org.headwater.experiments.internal;

import java.util.List;

/**
 * Flow through a porous square: log-permeability in sine modes, five of which are not zero, from
 * the pressure at some points with 1 % noise.
 */
public final class EllipticExperiment implements Experiment {
    private static final double WEIGHT = 2;

    @Override
    public String name() {
        return "elliptic";
    }

    @Override
    public String summary() {
        return "Darcy flow with sparse coefficients: all solvers against a long reference run";
    }

    @Override
    public int seeds() {
        return 3;
    }

    private static int dimension(Setup setup) {
        return setup.small() ? 8 : 128;
    }

    private static int grid(Setup setup) {
        return setup.small() ? 12 : 32;
    }

    private static int points(Setup setup) {
        return setup.small() ? 3 : 8;
    }

    private static String problem(Setup setup) {
        return "elliptic-" + dimension(setup);
    }

    @Override
    public List<Cell> cells(Setup setup) {
        int d = dimension(setup);
        int points = points(setup);
        String yaml =
                """
                # Synthetic flow, made by 'headwater experiment elliptic'; the truth is in truth.csv.
                forward-model:
                  type: elliptic-pde
                  grid: %d
                  basis: {type: sine, modes: %d}
                  source: 5.0
                  wells:
                    - {x: 0.3, y: 0.35, rate: 4.0}
                    - {x: 0.7, y: 0.6, rate: -3.0}
                data: {points: %d, values: data.csv}
                noise: {relative: 0.01, floor: 0.005}
                prior: {type: l1, weight: %s}
                solver: {type: rwpo}
                seed: 1
                """
                        .formatted(grid(setup), d, points, WEIGHT);
        SimulatedProblem problem =
                SimulatedProblem.of(
                        problem(setup),
                        yaml,
                        1,
                        points * points,
                        SolverContest.sparse(d, 5, Math.min(d, 24), 12),
                        1,
                        setup);
        SolverContest contest =
                setup.small()
                        ? new SolverContest(problem, true, 500, 1000, 0.1 / WEIGHT)
                        : new SolverContest(problem, false, 10_000, 200_000, 0.1 / WEIGHT);
        return contest.cells(setup);
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        int d = dimension(setup);
        report.text(
                "Log-permeability in "
                        + d
                        + " sine modes of the model's default decay, five of the first 24 not zero;"
                        + " a well that feeds, one that pumps, rain; pressure at "
                        + points(setup)
                        + " × "
                        + points(setup)
                        + " points, a "
                        + grid(setup)
                        + " × "
                        + grid(setup)
                        + " grid for data and for inversion alike; noise of sd^2 = (.01|u|)^2 +"
                        + " (.005 max|u|)^2. Prior: l1 of weight "
                        + WEIGHT
                        + ".");
        SolverContest.explain(setup, report);
        SolverContest.report(problem(setup), "Darcy flow, d = " + d, setup, results, report);
    }
}
