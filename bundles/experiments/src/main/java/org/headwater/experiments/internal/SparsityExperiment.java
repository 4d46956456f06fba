package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.kernels.flow.FlowOptions;
import org.headwater.kernels.flow.FlowStepper;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;

/**
 * Flows trained on posteriors ∝ exp(−β(Σ a(x_j − c_j)²/2 + λ|x|₁)), whose normaliser is known, over
 * the weight λ and the inverse temperature β: how fast KL falls, and where it ends.
 */
public final class SparsityExperiment implements Experiment {
    private static final double CURVATURE = 0.2;
    private static final double[] CENTRE = {0, 0, 0, 2};
    private static final String[] METHODS = {"ot-flow", "slots", "kr"};

    @Override
    public String name() {
        return "sparsity";
    }

    @Override
    public String summary() {
        return "trained flows over the prior's weight and the temperature: speed and final KL";
    }

    @Override
    public int seeds() {
        return 5;
    }

    private static double[] lambdas(Setup setup) {
        return setup.small() ? new double[] {0, 2} : new double[] {0, 0.5, 1, 2, 5};
    }

    private static double[] betas(Setup setup) {
        return setup.small() ? new double[] {1} : new double[] {0.1, 0.5, 1, 2};
    }

    private static int iterations(Setup setup) {
        return setup.small() ? 24 : 200;
    }

    private static int batch(Setup setup) {
        return setup.small() ? 32 : 128;
    }

    private static String cellOf(double lambda, double beta, String method, int seed) {
        return "lambda " + lambda + ", beta " + beta + ", " + method + ", seed " + seed;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        int iterations = iterations(setup);
        int batch = batch(setup);
        for (int seed = 1; seed <= setup.seeds(); seed++) {
            for (double lambda : lambdas(setup)) {
                for (double beta : betas(setup)) {
                    for (String method : METHODS) {
                        int s = seed;
                        cells.add(
                                new Cell(
                                        cellOf(lambda, beta, method, s),
                                        Map.of(
                                                "lambda", lambda,
                                                "beta", beta,
                                                "method", method,
                                                "seed", s,
                                                "iterations", iterations,
                                                "batch", batch),
                                        done ->
                                                run(
                                                        method,
                                                        lambda,
                                                        beta,
                                                        s,
                                                        iterations,
                                                        batch,
                                                        setup)));
                    }
                }
            }
        }
        return cells;
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        report.text(
                "d = 4, a = "
                        + CURVATURE
                        + ", centre "
                        + Arrays.toString(CENTRE)
                        + "; "
                        + iterations(setup)
                        + " iterations of "
                        + batch(setup)
                        + " draws, "
                        + setup.seeds()
                        + " seeds. KL on held-out draws with the exact normaliser, after a quarter of"
                        + " the iterations and at the end: mean over the seeds, and half the 95 %"
                        + " interval of the last. For kr the figure bounds the draws' KL from above."
                        + " 'start' is the Gaussian that all begin at (kr in its auxiliary"
                        + " variable).");
        Report.Table t =
                Report.table(
                        "lambda", "beta", "method", "start", "quarter", "end", "±", "least slope");
        Chart chart = new Chart("Final KL", "lambda·sqrt(beta)", false, "KL", true);
        Map<String, List<double[]>> ends = new LinkedHashMap<>();
        for (double lambda : lambdas(setup)) {
            for (double beta : betas(setup)) {
                for (String method : METHODS) {
                    Values[] all =
                            IntStream.rangeClosed(1, setup.seeds())
                                    .mapToObj(s -> results.get(cellOf(lambda, beta, method, s)))
                                    .toArray(Values[]::new);
                    Estimate end = Estimate.of(all, "end");
                    t.row(
                            lambda,
                            beta,
                            method,
                            Estimate.of(all, "start").mean(),
                            Estimate.of(all, "quarter").mean(),
                            end.mean(),
                            end.half(),
                            Arrays.stream(all)
                                    .mapToDouble(v -> v.number("slope"))
                                    .min()
                                    .orElseThrow());
                    ends.computeIfAbsent(method, m -> new ArrayList<>())
                            .add(new double[] {lambda * Math.sqrt(beta), end.mean()});
                }
            }
        }
        ends.forEach(
                (method, points) ->
                        chart.points(
                                method,
                                points.stream().mapToDouble(e -> e[0]).toArray(),
                                points.stream().mapToDouble(e -> e[1]).toArray()));
        report.add("sparsity", "KL", t);
        report.add(chart);
    }

    /** KL at the start, after a quarter and at the end; the least slope. */
    private static Values run(
            String method,
            double lambda,
            double beta,
            int seed,
            int iterations,
            int batch,
            Setup setup) {
        Last last =
                method.equals("ot-flow")
                        ? Last.NONE
                        : method.equals("kr") ? Last.READOUT : Last.SLOTS;
        FlowOptions options =
                new FlowOptions(last, true, iterations, batch, 4, 16, 24, 0.01, 0, 0, 16 * batch);
        Problem problem = LassoProblem.of(CURVATURE, CENTRE, lambda, beta);
        // the target's f has no constant, the exact normaliser none either
        double logZ = LassoProblem.logNormaliser(CURVATURE, CENTRE, lambda, beta);
        Stepper stepper =
                FlowStepper.of(
                        problem, new Resources(setup.workers(), null, notice -> {}), options);
        KeyedRandom random = KeyedRandom.of(seed);
        State state = stepper.start(random.split(0));
        double start = divergence(stepper, state, random, logZ)[0];
        double quarter = start;
        for (int k = 0; k < iterations; k++) {
            state = stepper.step(state, random.split(1).split(k)).state();
            if (k + 1 == iterations / 4) {
                quarter = divergence(stepper, state, random, logZ)[0];
            }
        }
        double[] end = divergence(stepper, state, random, logZ);
        return Values.of("start", start, "quarter", quarter, "end", end[0], "slope", end[1]);
    }

    private static double[] divergence(
            Stepper stepper, State state, KeyedRandom random, double logZ) {
        var values = stepper.posterior(state, random.split(2)).diagnostics();
        double loss = values.get("kl") - values.get("log-normaliser");
        return new double[] {loss + logZ, values.get("least-slope")};
    }
}
