package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Electrical impedance tomography with sparse coefficients: log-conductivity in cosine modes, six
 * of which are not zero, 16 electrodes, 1 % noise.
 */
public final class EitExperiment implements Experiment {
    private static final int ELECTRODES = 16;
    private static final double WEIGHT = 4;

    @Override
    public String name() {
        return "eit";
    }

    @Override
    public String summary() {
        return "impedance tomography with sparse coefficients: all solvers against a long reference"
                + " run";
    }

    @Override
    public int seeds() {
        return 3;
    }

    private static int[] dimensions(Setup setup) {
        return setup.small() ? new int[] {8} : new int[] {64, 128};
    }

    private static int nodes(Setup setup) {
        return setup.small() ? 150 : 600;
    }

    private static SolverContest contest(int d, Setup setup) {
        String yaml =
                """
                # Synthetic tank, made by 'headwater experiment eit'; the truth is in truth.csv.
                forward-model:
                  type: eit
                  tank: {radius: 0.14, height: 0.07, electrodes: %d, electrode-width: 0.025}
                  mesh: {nodes: %d}
                  contact-impedance: 0.003
                  background: 0.03
                  basis: {type: cosine, modes: %d}
                data: {format: csv, voltages: data.csv, currents: trigonometric, current-amplitude: 0.002}
                noise: {relative: 0.01, floor: 0.002}
                prior: {type: l1, weight: %s}
                solver: {type: rwpo}
                seed: 1
                """
                        .formatted(ELECTRODES, nodes(setup), d, WEIGHT);
        int patterns = ELECTRODES - 1;
        SimulatedProblem problem =
                SimulatedProblem.of(
                        "eit-" + d,
                        yaml,
                        patterns,
                        ELECTRODES * patterns,
                        SolverContest.sparse(d, 6, Math.min(d, 24), 11),
                        1,
                        setup);
        return setup.small()
                ? new SolverContest(problem, true, 500, 1000, 0.1 / WEIGHT)
                : new SolverContest(problem, false, 10_000, 200_000, 0.1 / WEIGHT);
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        for (int d : dimensions(setup)) {
            cells.addAll(contest(d, setup).cells(setup));
        }
        return cells;
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        report.text(
                "Log-conductivity sum_k theta_k·s_k·cos(i·pi·u)·cos(j·pi·v) on the tank's bounding"
                        + " square, modes by i^2 + j^2, s_k = (1 + (i^2 + j^2)/9)^(-1.25); six of the"
                        + " first 24 coefficients (of all, if fewer) are not zero. Tank of 16 electrodes, trigonometric"
                        + " currents, adjacent voltages, "
                        + nodes(setup)
                        + " nodes for data and for inversion alike; noise of sd^2 = (.01|V|)^2 +"
                        + " (.002 max|V|)^2. Prior: l1 of weight "
                        + WEIGHT
                        + ".");
        SolverContest.explain(setup, report);
        for (int d : dimensions(setup)) {
            SolverContest.report("eit-" + d, "EIT, d = " + d, setup, results, report);
        }
    }
}
