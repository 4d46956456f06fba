package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.special.L1Kernel;

/**
 * The Laplace approximation of the L1 kernel's normaliser, which the literature's layer uses,
 * against the exact one: its error in one coordinate, how errors add up over d coordinates in the
 * joint kernel, and what that does to the attention weights and to a sampler.
 */
public final class BiasExperiment implements Experiment {
    private static final double BETA = 1;
    private static final double[] TIMES = {0.01, 0.05, 0.2};

    /** Of the sampler: a, λ, and q = ah. */
    private static final double A = 4;

    private static final double WEIGHT = 4;
    private static final double[] RATIOS = {0.05, 0.15, 0.3};

    @Override
    public String name() {
        return "bias";
    }

    @Override
    public String summary() {
        return "Laplace against exact normaliser of the L1 kernel, over dimension and time h";
    }

    @Override
    public int seeds() {
        return 0;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        int n = keys(setup);
        for (double h : TIMES) {
            for (int d : dimensions(setup)) {
                cells.add(
                        new Cell(
                                weightsOf(d, h),
                                Map.of("n", n, "d", d, "h", h),
                                done -> Values.of("found", difference(n, d, h))));
            }
        }
        for (double q : RATIOS) {
            for (boolean exact : new boolean[] {true, false}) {
                int particles = particles(setup);
                int steps = steps(setup);
                cells.add(
                        new Cell(
                                samplerOf(q, exact),
                                Map.of("q", q, "exact", exact, "n", particles, "steps", steps),
                                done -> {
                                    LineFlow.Rest rest =
                                            LineFlow.rest(
                                                    A, WEIGHT, q / A, 1, particles, steps, exact);
                                    return Values.of(
                                            "particles",
                                            rest.particles(),
                                            "readout",
                                            rest.readout());
                                }));
            }
        }
        return cells;
    }

    private static String weightsOf(int d, double h) {
        return "weights, d = " + d + ", h = " + h;
    }

    private static String samplerOf(double q, boolean exact) {
        return "sampler, q = " + q + ", " + (exact ? "exact" : "Laplace");
    }

    private static int keys(Setup setup) {
        return setup.small() ? 60 : 200;
    }

    private static int[] dimensions(Setup setup) {
        return setup.small()
                ? new int[] {1, 10, 100}
                : new int[] {1, 2, 5, 10, 50, 200, 1000, 2000};
    }

    private static int particles(Setup setup) {
        return setup.small() ? 100 : 400;
    }

    private static int steps(Setup setup) {
        return setup.small() ? 100 : 600;
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        atTheKink(report);
        weights(setup, results, report);
        sampler(results, report);
    }

    /** log Z minus its Laplace approximation, at each of some points. */
    static double[] error(double lambda, double h, double[] y) {
        double[] exact = new double[y.length];
        double[] laplace = new double[y.length];
        L1Kernel.evaluate(lambda, h, BETA, y, exact, new double[y.length], new double[y.length]);
        L1Kernel.laplace(lambda, h, BETA, y, laplace);
        for (int i = 0; i < y.length; i++) {
            exact[i] -= laplace[i];
        }
        return exact;
    }

    private static void atTheKink(Report report) {
        report.text(
                "At y = 0 the error of log Z is about -sqrt(e/pi), e = lambda^2·beta·h: the root of"
                        + " h, not h. Shown: exact minus Laplace.");
        Report.Table t =
                Report.table("e", "error at 0", "-sqrt(e/pi)", "error at lambda·h + 6 sigma");
        for (double e : new double[] {1e-6, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.2, 0.5, 1, 2}) {
            double h = e;
            double far = h + 6 * Math.sqrt(2 * h / BETA);
            double[] found = error(1, h, new double[] {0, far});
            t.row(e, found[0], -Math.sqrt(e / Math.PI), found[1]);
        }
        report.add("kink", "One coordinate", t);
        double[] e = t.column("e");
        report.add(
                new Chart("Error of the normaliser at 0", "e", true, "size of the error", true)
                        .line(
                                "found",
                                e,
                                Arrays.stream(t.column("error at 0")).map(Math::abs).toArray())
                        .line(
                                "root law",
                                e,
                                Arrays.stream(t.column("-sqrt(e/pi)")).map(Math::abs).toArray()));
    }

    private static void weights(Setup setup, Results results, Report report) {
        report.text(
                keys(setup)
                        + " keys and queries of a Laplace law of rate 2, lambda = 1, beta = 1. In the"
                        + " joint kernel the errors add up over the coordinates; in the tensorised"
                        + " kernel each coordinate has its own. Total variation between the two"
                        + " softmax weights, mean over the queries; 'self' is the mean weight of a"
                        + " particle on itself, 1 where the joint kernel has collapsed.");
        Report.Table t =
                Report.table("d", "h", "sd of the summed error", "joint", "tensorised", "self");
        for (double h : TIMES) {
            for (int d : dimensions(setup)) {
                double[] found = results.get(weightsOf(d, h)).numbers("found");
                t.row(d, h, found[0], found[1], found[2], found[3]);
            }
        }
        report.add("weights", "Attention weights", t);
    }

    /**
     * The standard deviation of the summed error, the total variation between the softmax weights
     * with either normaliser, mean over queries, in the joint and the tensorised kernel, and the
     * joint kernel's self weight.
     */
    private static double[] difference(int n, int d, double h) {
        KeyedRandom random = KeyedRandom.of(1).split(d);
        double[][] exponent = new double[n][n];
        double[] exactSum = new double[n];
        double[] laplaceSum = new double[n];
        double[] column = new double[n];
        double[] exact = new double[n];
        double[] laplace = new double[n];
        double tensorised = 0;
        int measured = Math.min(d, 20);
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                double e = -Math.log1p(-random.uniform()) / 2;
                column[i] = random.uniform() < 0.5 ? -e : e;
            }
            L1Kernel.evaluate(1, h, BETA, column, exact, new double[n], new double[n]);
            L1Kernel.laplace(1, h, BETA, column, laplace);
            double[][] own = new double[n][n];
            for (int i = 0; i < n; i++) {
                exactSum[i] += exact[i];
                laplaceSum[i] += laplace[i];
                for (int l = 0; l < n; l++) {
                    double gap = column[i] - column[l];
                    own[i][l] = -BETA * gap * gap / (4 * h);
                    exponent[i][l] += own[i][l];
                }
            }
            if (j < measured) {
                tensorised += variation(own, exact, laplace, null) / measured;
            }
        }
        double mean = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            double gap = laplaceSum[i] - exactSum[i];
            mean += gap / n;
            square += gap * gap / n;
        }
        double[] self = new double[1];
        double joint = variation(exponent, exactSum, laplaceSum, self);
        return new double[] {
            Math.sqrt(Math.max(0, square - mean * mean)), joint, tensorised, self[0]
        };
    }

    private static double variation(
            double[][] exponent, double[] exact, double[] laplace, double[] self) {
        int n = exact.length;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double[] a = softmax(exponent[i], exact);
            double[] b = softmax(exponent[i], laplace);
            for (int l = 0; l < n; l++) {
                sum += 0.5 * Math.abs(a[l] - b[l]) / n;
            }
            if (self != null) {
                self[0] += a[i] / n;
            }
        }
        return sum;
    }

    private static double[] softmax(double[] exponent, double[] logZ) {
        double[] w = new double[logZ.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int l = 0; l < w.length; l++) {
            w[l] = exponent[l] - logZ[l];
            max = Math.max(max, w[l]);
        }
        double sum = 0;
        for (int l = 0; l < w.length; l++) {
            w[l] = Math.exp(w[l] - max);
            sum += w[l];
        }
        for (int l = 0; l < w.length; l++) {
            w[l] /= sum;
        }
        return w;
    }

    private static void sampler(Results results, Report report) {
        double truth = LineFlow.exactSd(A, WEIGHT);
        report.text(
                String.format(
                        java.util.Locale.ROOT,
                        "The unsplit flow x + (S(x) - mean)/2 - h·a·x on f = a·x^2/2, a = 4, lambda ="
                                + " 4: standard deviations at rest; the posterior's is %.4f. The"
                                + " read-out is the kernel mixture's.",
                        truth));
        Report.Table t =
                Report.table("q = ah", "normaliser", "particles", "read-out", "read-out/true");
        for (double q : RATIOS) {
            for (boolean exact : new boolean[] {true, false}) {
                Values rest = results.get(samplerOf(q, exact));
                t.row(
                        q,
                        exact ? "exact" : "Laplace",
                        rest.number("particles"),
                        rest.number("readout"),
                        rest.number("readout") / truth);
            }
        }
        report.add("sampler", "A sampler in one dimension", t);
    }
}
