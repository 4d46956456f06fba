package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.SeparablePrior;
import org.headwater.diagnostics.Bounds;
import org.headwater.diagnostics.KernelDiscrepancy;
import org.headwater.diagnostics.PosteriorPredictive;
import org.headwater.diagnostics.Samples;
import org.headwater.diagnostics.SteinSpread;
import org.headwater.kernels.laplace.Support;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.RunResult.ParameterSummary;

/**
 * Whether the draws have the spread of the density that they are said to have, by the gradients at
 * some of them ({@link SteinSpread}): finds steps that are too large, kernels that collapse, chains
 * that have not arrived, whatever the solver. Coordinates with a bound nearby that is not their own
 * ({@link Prior#lower}) do not count.
 */
final class SpreadCheck {
    /** So many draws are looked at, at most: as many evaluations of the model and its gradient. */
    private static final int MOST = 400;

    private static final int LEAST = 20;

    /**
     * The squared kernel Stein discrepancy may be so many times that of independent exact draws:
     * right runs of docs/diagnostics.md have .2 to 5.
     */
    private static final double STEIN_LIMIT = 10;

    private static final String STEIN_RATIO = "stein-ratio";

    /** Pairs of draws times coordinates in the kernel Stein discrepancy, at most: a second. */
    private static final double PAIRS = 2e8;

    /** The mean ratio of variances may be off by so much. */
    private static final double TOLERANCE = 0.25;

    /** From here on it is said. */
    private static final double SAID = 0.15;

    /** And that of one coordinate by so much. */
    private static final double ONE = 0.5;

    private static final double HOPELESS_LOW = 0.5;
    private static final double HOPELESS_HIGH = 2;

    /** Standard errors that count as none. */
    private static final double ERRORS = 4;

    /** Steps of the prior's prox relative to a coordinate's variance: a difference quotient. */
    private static final double PROX_STEP = 1e-3;

    /** How far away a bound is looked for, in standard deviations. */
    private static final double REACH = 20;

    private SpreadCheck() {}

    /**
     * Adds what is wrong to the reasons.
     *
     * @return the kernel Stein discrepancy of the draws that were looked at, and relative to that
     *     of as many independent draws; empty where there is none
     */
    static Map<String, Double> judge(
            AssembledProblem assembled,
            Posterior posterior,
            List<ParameterSummary> summary,
            List<Reason> reasons) {
        if (posterior.draws().size() < LEAST) {
            return Map.of();
        }
        Problem problem = assembled.problem();
        Ensemble x = Samples.thinned(posterior.draws(), MOST).copy();
        int n = x.size();
        int d = x.dimension();
        Support support = Support.of(problem.prior());
        // beyond a bound there is no density to compare with
        support.clip(x.data());
        double[] sd = summary.stream().mapToDouble(ParameterSummary::sd).toArray();
        if (Arrays.stream(sd).anyMatch(s -> !(s > 0))) {
            return Map.of();
        }
        Ensemble score = Ensemble.zeros(n, d);
        if (problem.target().evaluate(x, new double[n], score, new boolean[n]) > 0) {
            return Map.of();
        }
        addPrior(problem.prior(), x, sd, score);
        for (int k = 0; k < n * d; k++) {
            score.data()[k] *= -problem.beta();
        }
        double[] mean = summary.stream().mapToDouble(ParameterSummary::mean).toArray();
        boolean[] open = Bounds.near(problem.prior(), mean, sd, REACH);
        boolean[] wanted = new boolean[d];
        double[] lower = new double[d];
        double[] upper = new double[d];
        for (int j = 0; j < d; j++) {
            double reach = REACH * sd[j];
            boolean below = support.lower(j) > mean[j] - reach;
            boolean above = support.upper(j) < mean[j] + reach;
            lower[j] = below ? support.lower(j) : Double.NEGATIVE_INFINITY;
            upper[j] = above ? support.upper(j) : Double.POSITIVE_INFINITY;
            open[j] = !open[j];
            wanted[j] = open[j] || below || above;
        }
        SteinSpread spread = SteinSpread.of(x, score, wanted, lower, upper);
        if (!Double.isFinite(spread.mean())) {
            return Map.of();
        }
        // draws of chains are worth fewer than they are
        double ess =
                posterior.particles()
                        ? n
                        : summary.stream()
                                .mapToDouble(ParameterSummary::ess)
                                .filter(Double::isFinite)
                                .min()
                                .orElse(n);
        double inflation = Math.sqrt(Math.max(1, n / ess));
        int known = reasons.size();
        judge(spread, inflation, summary, reasons);
        Map<String, Double> discrepancy = discrepancy(x, score, sd, open);
        double ratio = discrepancy.getOrDefault(STEIN_RATIO, 0.0) / (inflation * inflation);
        if (ratio > STEIN_LIMIT && reasons.size() == known) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "shape-differs",
                            "the draws have another place or shape than the posterior, by its"
                                    + " gradients at them (squared kernel Stein discrepancy"
                                    + " relative to that of as many exact draws)",
                            ratio,
                            STEIN_LIMIT,
                            "compare with solver.type langevin: a posterior that is bent or skewed"
                                    + " may need its exact draws"));
        }
        return discrepancy;
    }

    /**
     * In units of the standard deviations, with a kernel as long as draws are apart, √d; by
     * coordinates that have no bound nearby, for which Stein's identity holds without the others.
     */
    private static Map<String, Double> discrepancy(
            Ensemble x, Ensemble score, double[] sd, boolean[] open) {
        int[] kept = IntStream.range(0, open.length).filter(j -> open[j]).toArray();
        int d = kept.length;
        int n = (int) Math.min(x.size(), Math.sqrt(PAIRS / d));
        if (n < LEAST) {
            return Map.of();
        }
        Ensemble z = Ensemble.zeros(n, d);
        Ensemble s = Ensemble.zeros(n, d);
        for (int i = 0; i < n; i++) {
            int from = (int) ((long) i * x.size() / n);
            for (int k = 0; k < d; k++) {
                int j = kept[k];
                z.data()[i * d + k] = x.get(from, j) / sd[j];
                s.data()[i * d + k] = score.get(from, j) * sd[j];
            }
        }
        double length = Math.sqrt(d);
        try (FixedWorkers alone = new FixedWorkers(1)) {
            double square = KernelDiscrepancy.stein(z, s, length, alone);
            return Map.of(
                    "stein-discrepancy",
                    Math.sqrt(Math.max(0, square)),
                    STEIN_RATIO,
                    KernelDiscrepancy.relative(square, s, length));
        }
    }

    private static void judge(
            SteinSpread spread,
            double inflation,
            List<ParameterSummary> summary,
            List<Reason> reasons) {
        double found = spread.mean();
        double error = ERRORS * inflation * spread.error();
        double allowed = Math.max(TOLERANCE, error);
        if (Math.abs(found - 1) > Math.max(SAID, error)) {
            boolean hopeless = found < HOPELESS_LOW || found > HOPELESS_HIGH;
            Status status = Math.abs(found - 1) > allowed ? Status.WARN : Status.PASS;
            reasons.add(
                    new Reason(
                            hopeless ? Status.FAIL : status,
                            found < 1 ? "spread-too-narrow" : "spread-too-wide",
                            "the draws are "
                                    + (found < 1 ? "narrower" : "wider")
                                    + " than the posterior in some directions, by its gradients at"
                                    + " them; single parameters may be right (mean ratio of"
                                    + " variances)",
                            found,
                            found < 1 ? 1 - allowed : 1 + allowed,
                            "more iterations or particles, or a smaller solver.step; compare with"
                                    + " solver.type langevin"));
            return;
        }
        int d = summary.size();
        double quantile = PosteriorPredictive.outlierLimit(d, DataChecks.ODDS);
        int[] off =
                IntStream.range(0, d)
                        .filter(
                                j ->
                                        Math.abs(spread.ratio()[j] - 1)
                                                > Math.max(
                                                        ONE,
                                                        quantile * inflation * spread.errors()[j]))
                        .toArray();
        if (off.length > 0) {
            int worst = off[0];
            for (int j : off) {
                if (Math.abs(spread.ratio()[j] - 1) > Math.abs(spread.ratio()[worst] - 1)) {
                    worst = j;
                }
            }
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "spread-uneven",
                            "the draws of "
                                    + off.length
                                    + (off.length == 1 ? " parameter" : " parameters")
                                    + " have another spread than the posterior, by its gradients at"
                                    + " them: most of all "
                                    + summary.get(worst).name()
                                    + " (ratio of variances)",
                            spread.ratio()[worst],
                            1 + (spread.ratio()[worst] < 1 ? -ONE : ONE),
                            "more iterations or particles; compare with solver.type langevin"));
        }
    }

    /** Adds ∇ψ, by the prox at a short step: exact but next to kinks. */
    private static void addPrior(Prior prior, Ensemble x, double[] sd, Ensemble gradient) {
        int n = x.size();
        int d = x.dimension();
        if (prior instanceof SeparablePrior separable) {
            double[] z = new double[n];
            for (int j = 0; j < d; j++) {
                double t = PROX_STEP * sd[j] * sd[j];
                separable.proxCoordinate(j, t, Samples.column(x, j), z);
                for (int i = 0; i < n; i++) {
                    gradient.data()[i * d + j] += (x.get(i, j) - z[i]) / t;
                }
            }
            return;
        }
        double smallest = Arrays.stream(sd).min().orElse(1);
        double t = PROX_STEP * smallest * smallest;
        Ensemble z = Ensemble.zeros(n, d);
        prior.prox(x, t, z);
        for (int k = 0; k < n * d; k++) {
            gradient.data()[k] += (x.data()[k] - z.data()[k]) / t;
        }
    }
}
