package org.headwater.studies.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.diagnostics.Uniformity;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Verdict;
import org.headwater.studies.Calibration;
import org.headwater.studies.Calibration.Replicate;
import org.headwater.studies.CalibrationResult;
import org.headwater.studies.CalibrationResult.Coverage;

/**
 * The verdict of a calibration. Each of its three tests (coverage, ranks, distance) raises a false
 * alarm at most once in 500 studies of a problem that is calibrated.
 */
public final class CalibrationJudge {
    /** K of the bands: points at which rank counts are compared. */
    static final int POINTS = 20;

    private static final double[] LEVELS = {0.5, 0.8, 0.9, 0.95};
    private static final double ODDS = 0.002;

    /** Two-sided normal quantile of {@link #ODDS} shared among the levels. */
    private static final double QUANTILE = 3.48;

    private static final double HOPELESS = 0.1;
    private static final int FEW = 50;

    private CalibrationJudge() {}

    /** Judges replicates. */
    public static CalibrationResult of(Trial trial, List<Replicate> replicates) {
        List<String> names = new ArrayList<>(trial.parameters());
        int d = names.size();
        names.add("misfit");
        names.add("prior-potential");
        Uniformity test = new Uniformity(replicates.size(), POINTS);
        double[] p = new double[names.size()];
        for (int q = 0; q < p.length; q++) {
            p[q] = test.pValue(test.counts(ranks(replicates, q), Calibration.RANKS));
        }
        int[] nearer = replicates.stream().mapToInt(Replicate::nearer).toArray();
        double distance = test.pValue(test.counts(nearer, Calibration.RANKS));
        List<Coverage> coverage = new ArrayList<>();
        for (double level : LEVELS) {
            coverage.add(coverage(replicates, level, d));
        }
        List<Reason> reasons = new ArrayList<>();
        checkCoverage(coverage, reasons);
        checkRanks(replicates, names, p, reasons);
        if (distance < ODDS) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "dependence-wrong",
                            "the truths do not lie among the draws as far from a random point as"
                                    + " they should (TARP, p-value): dependences between parameters"
                                    + " are off",
                            distance,
                            ODDS,
                            "use more particles or iterations, or compare solvers with headwater"
                                    + " compare"));
        }
        long bad = replicates.stream().filter(r -> "FAIL".equals(r.status())).count();
        if (bad > 0) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "runs-failed",
                            "some runs of the solver say of themselves that they cannot be trusted"
                                    + " (share of the replicates)",
                            (double) bad / replicates.size(),
                            0,
                            "see ranks.csv for which"));
        }
        if (replicates.size() < FEW) {
            reasons.add(
                    new Reason(
                            Status.PASS,
                            "few-replicates",
                            String.format(
                                    Locale.ROOT,
                                    "with few replicates only gross faults show: a coverage of 90 %%"
                                            + " intervals off by less than about %.2f would not",
                                    QUANTILE * Math.sqrt(0.09 / replicates.size())),
                            replicates.size(),
                            FEW,
                            "raise --replicates; those that are done are kept"));
        }
        return new CalibrationResult(
                Verdict.of(reasons), List.copyOf(names), p, coverage, distance, replicates);
    }

    /** The ranks of a quantity. */
    static int[] ranks(List<Replicate> replicates, int quantity) {
        return replicates.stream().mapToInt(r -> r.ranks()[quantity]).toArray();
    }

    private static Coverage coverage(List<Replicate> replicates, double level, int d) {
        int n = replicates.size();
        double[] inside = new double[d];
        double[] share = new double[n];
        for (int r = 0; r < n; r++) {
            double[] below = replicates.get(r).below();
            for (int j = 0; j < d; j++) {
                if (Math.abs(below[j] - 0.5) <= level / 2) {
                    inside[j] += 1.0 / n;
                    share[r] += 1.0 / d;
                }
            }
        }
        double mean = Arrays.stream(share).average().orElse(Double.NaN);
        double square = Arrays.stream(share).map(s -> (s - mean) * (s - mean)).sum();
        // parameters of a replicate depend on each other, replicates do not; all shares may be
        // equal by chance, so that the error is at least that of replicates which count once more
        double floor = Math.sqrt(level * (1 - level) / (d * (double) n));
        double error = Math.max(floor, Math.sqrt(square / (n - 1) / n));
        return new Coverage(
                level,
                mean,
                error,
                Arrays.stream(inside).min().orElse(Double.NaN),
                Arrays.stream(inside).max().orElse(Double.NaN));
    }

    private static void checkCoverage(List<Coverage> coverage, List<Reason> reasons) {
        Coverage worst = null;
        for (Coverage c : coverage) {
            boolean off = Math.abs(c.found() - c.level()) > QUANTILE * c.error();
            if (off
                    && (worst == null
                            || Math.abs(c.found() - c.level())
                                    > Math.abs(worst.found() - worst.level()))) {
                worst = c;
            }
        }
        if (worst != null) {
            boolean narrow = worst.found() < worst.level();
            reasons.add(
                    new Reason(
                            Math.abs(worst.found() - worst.level()) > HOPELESS
                                    ? Status.FAIL
                                    : Status.WARN,
                            narrow ? "too-confident" : "too-cautious",
                            String.format(
                                    Locale.ROOT,
                                    "intervals of %.0f %% hold %.1f %% of the truths: the posteriors"
                                            + " are too %s",
                                    100 * worst.level(),
                                    100 * worst.found(),
                                    narrow ? "narrow or off their place" : "wide"),
                            worst.found(),
                            worst.level(),
                            narrow
                                    ? "use more particles or iterations, or another solver; headwater"
                                            + " compare tells which"
                                    : "lower solver.step, or use another solver; headwater compare"
                                            + " tells which"));
        }
    }

    private static void checkRanks(
            List<Replicate> replicates, List<String> names, double[] p, List<Reason> reasons) {
        double limit = ODDS / p.length;
        int worst = 0;
        int count = 0;
        for (int q = 0; q < p.length; q++) {
            count += p[q] < limit ? 1 : 0;
            worst = p[q] < p[worst] ? q : worst;
        }
        if (count == 0) {
            return;
        }
        double mean = Arrays.stream(ranks(replicates, worst)).average().orElse(0);
        double centre = 0.5 * Calibration.RANKS;
        String how =
                Math.abs(mean - centre) > 0.15 * Calibration.RANKS
                        ? mean < centre ? "the draws lie too high" : "the draws lie too low"
                        : "their histogram is uneven";
        reasons.add(
                new Reason(
                        Status.WARN,
                        "ranks-uneven",
                        "the ranks of "
                                + count
                                + " of "
                                + p.length
                                + " quantities are not uniform, most of all "
                                + names.get(worst)
                                + ": "
                                + how
                                + " (p-value)",
                        p[worst],
                        limit,
                        "see the rank plots in report.html; more particles or iterations, or another"
                                + " solver"));
    }
}
