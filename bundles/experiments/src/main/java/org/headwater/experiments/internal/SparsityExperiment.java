package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    public void run(Setup setup, Report report) {
        double[] lambdas = setup.small() ? new double[] {0, 2} : new double[] {0, 0.5, 1, 2, 5};
        double[] betas = setup.small() ? new double[] {1} : new double[] {0.1, 0.5, 1, 2};
        int seeds = setup.small() ? 1 : 3;
        int iterations = setup.small() ? 24 : 200;
        int batch = setup.small() ? 32 : 128;
        report.text(
                "d = 4, a = "
                        + CURVATURE
                        + ", centre "
                        + Arrays.toString(CENTRE)
                        + "; "
                        + iterations
                        + " iterations of "
                        + batch
                        + " draws, "
                        + seeds
                        + " seeds. KL on held-out draws with the exact normaliser, after a quarter of"
                        + " the iterations and at the end: mean over the seeds, and the standard"
                        + " error. For kr the figure bounds the draws' KL from above. 'start' is the"
                        + " Gaussian that all begin at (kr in its auxiliary variable).");
        Report.Table t =
                Report.table(
                        "lambda",
                        "beta",
                        "method",
                        "start",
                        "quarter",
                        "end",
                        "error",
                        "least slope");
        List<double[]> ends = new ArrayList<>();
        for (double lambda : lambdas) {
            for (double beta : betas) {
                setup.progress().accept("lambda " + lambda + ", beta " + beta);
                double[] end = new double[METHODS.length];
                for (int m = 0; m < METHODS.length; m++) {
                    end[m] = row(t, METHODS[m], lambda, beta, seeds, iterations, batch, setup);
                }
                ends.add(end);
            }
        }
        report.add("sparsity", "KL", t);
        double[] x = new double[ends.size()];
        Arrays.setAll(x, i -> lambdas[i / betas.length] * Math.sqrt(betas[i % betas.length]));
        Chart chart = new Chart("Final KL", "lambda·sqrt(beta)", false, "KL", true);
        for (int m = 0; m < METHODS.length; m++) {
            double[] y = new double[x.length];
            int column = m;
            Arrays.setAll(y, i -> ends.get(i)[column]);
            chart.points(METHODS[m], x, y);
        }
        report.add(chart);
    }

    private static double row(
            Report.Table t,
            String method,
            double lambda,
            double beta,
            int seeds,
            int iterations,
            int batch,
            Setup setup) {
        double[] kl = new double[3];
        double square = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int seed = 1; seed <= seeds; seed++) {
            double[] found = run(method, lambda, beta, seed, iterations, batch, setup);
            for (int k = 0; k < 3; k++) {
                kl[k] += found[k] / seeds;
            }
            square += found[2] * found[2] / seeds;
            least = Math.min(least, found[3]);
        }
        double variance = Math.max(0, square - kl[2] * kl[2]);
        double error = seeds > 1 ? Math.sqrt(variance / (seeds - 1)) : Double.NaN;
        t.row(lambda, beta, method, kl[0], kl[1], kl[2], error, least);
        return kl[2];
    }

    /** KL at the start, after a quarter and at the end; the least slope. */
    static double[] run(
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
        double[] out = new double[4];
        out[0] = divergence(stepper, state, random, logZ)[0];
        for (int k = 0; k < iterations; k++) {
            state = stepper.step(state, random.split(1).split(k)).state();
            if (k + 1 == iterations / 4) {
                out[1] = divergence(stepper, state, random, logZ)[0];
            }
        }
        double[] end = divergence(stepper, state, random, logZ);
        out[2] = end[0];
        out[3] = end[1];
        return out;
    }

    private static double[] divergence(
            Stepper stepper, State state, KeyedRandom random, double logZ) {
        var values = stepper.posterior(state, random.split(2)).diagnostics();
        double loss = values.get("kl") - values.get("log-normaliser");
        return new double[] {loss + logZ, values.get("least-slope")};
    }
}
