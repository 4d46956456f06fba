package org.headwater.runtime.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.headwater.api.DataLayout;
import org.headwater.api.Ensemble;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.Scaling;
import org.headwater.diagnostics.Bounds;
import org.headwater.diagnostics.PosteriorPredictive;
import org.headwater.diagnostics.PosteriorPredictive.Tails;
import org.headwater.diagnostics.Samples;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether data, noise, prior and posterior belong together. Each check has false-alarm odds of
 * about {@link #ODDS} at most if model, prior and noise are right and the draws are the posterior's
 * ({@link PosteriorPredictive} says where that is exact); none knows the truth.
 */
final class DataChecks {
    /** False-alarm odds of one check. */
    static final double ODDS = 1e-3;

    /**
     * A misfit this much off, relative to what is expected, matters even if more is significant.
     */
    private static final double MATTERS = 1.2;

    private static final String MISFIT_HIGH = "misfit-high";
    private static final String PRIOR_CONFLICT = "prior-conflict";

    /** Misfit relative to what is expected above which no posterior means anything. */
    private static final double HOPELESS = 25;

    /** A normal sample's median of |z|, inverted. */
    private static final double MEDIAN_TO_SD = 1.4826;

    private static final int NAMED = 4;

    /** Numbers from here on are written with an exponent. */
    private static final double PLAIN = 1e7;

    /** Noise that seems so many times as large or small as stated is more likely a wrong unit. */
    private static final double ANOTHER_UNIT = 30;

    /**
     * A mean nearer to a bound than so many standard deviations: 1 for the exponential law of a
     * parameter that the data want beyond the bound, 1.32 for half a normal one, 1.73 between two
     * bounds.
     */
    private static final double PRESSED = 1.3;

    private static final Logger LOG = LoggerFactory.getLogger(DataChecks.class);

    /** Data that determine as many parameters as they are say nothing of their noise. */
    private static final double LEAST_FREEDOM = 1;

    private DataChecks() {}

    static void judge(
            AssembledProblem problem,
            Posterior posterior,
            Prediction prediction,
            List<Reason> reasons) {
        if (problem.problem().beta() != 1 || prediction.discrepancy().length == 0) {
            return;
        }
        double[] mean = Samples.mean(posterior.draws());
        List<Integer> outliers = outliers(problem, prediction);
        checkMisfit(problem, mean, prediction, outliers, reasons);
        reportOutliers(problem, prediction, outliers, reasons);
        if (reasons.stream().anyMatch(r -> r.code().equals(MISFIT_HIGH))) {
            checkBounds(problem, mean, posterior.draws(), reasons);
        }
        problem.field().scaling().ifPresent(s -> checkPrior(problem, posterior, s, reasons));
    }

    private static void checkMisfit(
            AssembledProblem problem,
            double[] mean,
            Prediction prediction,
            List<Integer> outliers,
            List<Reason> reasons) {
        double[] discrepancy = prediction.discrepancy();
        double found = Arrays.stream(discrepancy).average().orElse(Double.NaN);
        double expected;
        Tails tails;
        if (problem.noise().isQuadratic()) {
            double atMean = 2 * problem.noise().misfit(prediction.mean(), 0);
            int m = problem.noise().dataSize();
            double drawn = found - atMean;
            double linearised = determined(problem, mean);
            // draws may get the predictions' spread wrong: the cautious one of two estimates counts
            double most = Math.max(drawn, linearised);
            double least = Double.isNaN(linearised) ? drawn : Math.min(drawn, linearised);
            found = atMean;
            expected = m - (found < m - drawn ? most : least);
            if (!(expected >= LEAST_FREEDOM)) {
                return;
            }
            tails = PosteriorPredictive.ofMeanPrediction(found, expected);
        } else if (prediction.misfits().length > 1) {
            tails = PosteriorPredictive.ofReplicates(discrepancy, prediction.misfits());
            expected = Arrays.stream(prediction.misfits()).average().orElse(Double.NaN);
        } else {
            return;
        }
        // a misfit without a zero of its own has no ratio, and significance decides alone
        boolean relative = expected > 0 && found > 0;
        double ratio = relative ? found / expected : Double.NaN;
        if (tails.above() <= ODDS / 2 && !(ratio < MATTERS)) {
            reasons.add(
                    new Reason(
                            ratio > HOPELESS ? Status.FAIL : Status.WARN,
                            MISFIT_HIGH,
                            "the data lie further from the predictions than the noise explains"
                                    + " (squared standardised residuals relative to what is"
                                    + " expected)",
                            ratio,
                            MATTERS,
                            tooLarge(ratio, share(prediction.residual(), outliers), outliers)));
        } else if (tails.below() <= ODDS / 2 && !(ratio > 1 / MATTERS)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "misfit-low",
                            "the data lie nearer to the predictions than the noise lets them: it is"
                                    + " smaller than stated, and the uncertainties are overrated"
                                    + " (squared standardised residuals relative to what is"
                                    + " expected)",
                            ratio,
                            1 / MATTERS,
                            tooSmall(ratio, problem.experiment().measured())));
        }
    }

    /** What to do about a misfit that is too large; NaN for one without a ratio. */
    private static String tooLarge(double ratio, double share, List<Integer> outliers) {
        if (share > 0.5) {
            return String.format(
                    Locale.ROOT,
                    "begin with %s, which %s for %.0f %% of it",
                    names(outliers),
                    outliers.size() == 1 ? "accounts" : "account",
                    100 * share);
        }
        if (Double.isNaN(ratio)) {
            return "check the noise, the forward model's settings and the data";
        }
        double factor = Math.sqrt(ratio);
        return factor > ANOTHER_UNIT
                ? "check the units of data, noise and forward model first: what is left is about "
                        + about(factor)
                        + " times as large as the noise"
                : "check the forward model's settings and the data; if both are right, the noise is"
                        + " about "
                        + about(factor)
                        + " times as large as stated";
    }

    private static String tooSmall(double ratio, double[] measured) {
        if (Arrays.stream(measured).allMatch(v -> v == measured[0])) {
            return "check the data: all " + measured.length + " are " + measured[0];
        }
        if (Double.isNaN(ratio)) {
            return "check the noise's settings";
        }
        double factor = Math.sqrt(ratio);
        return factor < 1 / ANOTHER_UNIT
                ? "check the units of data and noise: the noise seems to be about "
                        + about(factor)
                        + " times what is stated"
                : "lower noise.sd or noise.relative, to about "
                        + about(factor)
                        + " times what it is";
    }

    /** The share of some data in the sum of squared residuals. */
    private static double share(double[] residual, List<Integer> data) {
        double all = Arrays.stream(residual).map(r -> r * r).sum();
        return data.stream().mapToDouble(k -> residual[k] * residual[k]).sum() / all;
    }

    /** Two digits, without an exponent below {@link #PLAIN}. */
    private static String about(double x) {
        BigDecimal rounded = new BigDecimal(x, new MathContext(2)).stripTrailingZeros();
        return x < PLAIN ? rounded.toPlainString() : rounded.toString();
    }

    /** Bounds of the prior that the data, which it does not fit, press against. */
    private static void checkBounds(
            AssembledProblem problem, double[] mean, Ensemble draws, List<Reason> reasons) {
        List<String> pressed = new ArrayList<>();
        double[] sd = Samples.sd(draws, mean);
        boolean[] near = Bounds.near(problem.problem().prior(), mean, sd, PRESSED);
        int j = 0;
        for (ParameterBlock block : problem.model().blocks()) {
            for (String name : block.parameters()) {
                if (near[j++]) {
                    pressed.add(name);
                }
            }
        }
        if (!pressed.isEmpty()) {
            reasons.add(
                    new Reason(
                            Status.PASS,
                            PRIOR_CONFLICT,
                            (pressed.size() == 1 ? "a parameter is" : "parameters are")
                                    + " pressed against a bound of the prior, and the data do not"
                                    + " fit: "
                                    + listed(pressed)
                                    + " (parameters out of "
                                    + mean.length
                                    + ")",
                            pressed.size(),
                            Double.NaN,
                            "if the bounds are not laws of nature, move them (prior.lower,"
                                    + " prior.upper) or take a prior without"));
        }
    }

    /**
     * How many data the parameters take up by the Gaussian approximation at a point, the
     * predictions' variance |JL|² in units of the noise's, LLᵀ the covariance; NaN where it does
     * not exist. A Jacobian, O(d³ + md²).
     */
    private static double determined(AssembledProblem problem, double[] point) {
        int d = point.length;
        int m = problem.noise().dataSize();
        double[] predicted = new double[m];
        double[] jacobian = new double[Math.multiplyExact(m, d)];
        double[] factor;
        try {
            factor = LaplaceApproximation.at(problem.problem(), point).factor();
            problem.model().evaluator().jacobian(point, predicted, jacobian);
            problem.noise().whiten(predicted, jacobian, d);
        } catch (RuntimeException e) {
            LOG.debug("no Gaussian approximation at the mean", e);
            return Double.NaN;
        }
        double[] product = new double[m * d];
        DenseProducts.multiply(jacobian, 0, factor, m, d, d, product, 0);
        return DenseProducts.dot(product, 0, product, 0, m * d);
    }

    /** The data that lie outside, relative to the others, the worst first. */
    private static List<Integer> outliers(AssembledProblem problem, Prediction prediction) {
        if (!problem.noise().isQuadratic()) {
            return List.of();
        }
        double[] z = relative(prediction);
        double limit = PosteriorPredictive.outlierLimit(z.length, ODDS);
        return IntStream.range(0, z.length)
                .filter(k -> z[k] > limit)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -z[k]))
                .toList();
    }

    /** Sizes of the standardised residuals in units of most of them, if that is more than 1. */
    private static double[] relative(Prediction prediction) {
        double[] z = PosteriorPredictive.standardised(prediction.residual(), prediction.variance());
        double[] size = Arrays.stream(z).map(Math::abs).toArray();
        double[] sorted = size.clone();
        Arrays.sort(sorted);
        double scale = Math.max(1, MEDIAN_TO_SD * sorted[sorted.length / 2]);
        return Arrays.stream(size).map(r -> r / scale).toArray();
    }

    private static void reportOutliers(
            AssembledProblem problem,
            Prediction prediction,
            List<Integer> out,
            List<Reason> reasons) {
        if (out.isEmpty()) {
            return;
        }
        DataLayout layout = problem.model().dataLayout();
        String names = names(out);
        String where = group(layout, out).map(g -> "look at " + g).orElse("look at " + names);
        reasons.add(
                new Reason(
                        Status.WARN,
                        "outliers",
                        (out.size() == 1 ? "a datum lies" : out.size() + " data lie")
                                + " too far from the prediction for the noise, unlike the others: "
                                + names
                                + " (largest standardised residual)",
                        relative(prediction)[out.get(0)],
                        PosteriorPredictive.outlierLimit(prediction.residual().length, ODDS),
                        where + "; leave out what is wrong, or use noise.type student-t"));
    }

    private static String names(List<Integer> data) {
        return (data.size() == 1 ? "datum " : "data ")
                + listed(data.stream().map(k -> Integer.toString(k + 1)).toList());
    }

    private static String listed(List<String> names) {
        int rest = names.size() - NAMED;
        return String.join(", ", names.subList(0, Math.min(NAMED, names.size())))
                + (rest > 0 ? " and " + rest + " more" : "");
    }

    /** The group that half or more of the data in question belong to, e.g. {@code electrode 7}. */
    private static Optional<String> group(DataLayout layout, List<Integer> data) {
        if (layout.group().length == 0) {
            return Optional.empty();
        }
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        data.forEach(k -> counts.merge(layout.group()[k], 1, Integer::sum));
        return counts.entrySet().stream()
                .filter(e -> 2 * e.getValue() >= data.size())
                .max(Map.Entry.comparingByValue())
                .map(e -> layout.grouping() + " " + layout.groups().get(e.getKey()));
    }

    /**
     * A prior that the data contradict: the field is larger than it says. Said, but no reason
     * against the posterior: a prior that stands for sparsity or smoothness is often narrower than
     * a truth.
     */
    private static void checkPrior(
            AssembledProblem problem, Posterior posterior, Scaling scaling, List<Reason> reasons) {
        Ensemble draws = posterior.draws();
        List<Double> potential = new ArrayList<>();
        for (int i = 0; i < draws.size(); i++) {
            double psi = problem.field().potential(draws.data(), draws.offset(i));
            if (Double.isFinite(psi)) {
                potential.add(psi);
            }
        }
        if (potential.isEmpty()) {
            return;
        }
        double[] values = potential.stream().mapToDouble(Double::doubleValue).toArray();
        double expected = scaling.dimension() / scaling.degree();
        double ratio = Arrays.stream(values).average().orElse(Double.NaN) / expected;
        Tails tails = PosteriorPredictive.ofPrior(values, scaling.dimension(), scaling.degree());
        if (tails.above() <= ODDS / 2 && ratio > MATTERS) {
            reasons.add(
                    new Reason(
                            Status.PASS,
                            PRIOR_CONFLICT,
                            "the data want a larger field than the prior allows, which draws it"
                                    + " towards zero (the prior's potential relative to what it"
                                    + " expects)",
                            ratio,
                            MATTERS,
                            "lower prior.weight (raise prior.sd) by a factor of about "
                                    + about(scaling.degree() == 1 ? ratio : Math.sqrt(ratio))
                                    + ", or set it to auto"));
        }
    }
}
