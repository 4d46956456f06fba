package org.headwater.testkit;

import java.util.List;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.SeparablePrior;

/** What a {@link SeparablePrior} says of single coordinates, against its potential. */
final class SeparableChecks {
    private static final double ERROR = 1e-7;
    private static final double[] TIMES = {0.05, 0.8};
    private static final double[] BETAS = {1, 0.6};

    private final SeparablePrior prior;
    private final int d;

    /** A point where the potential is finite; coordinates move around it one at a time. */
    private final double[] base;

    private SeparableChecks(SeparablePrior prior) {
        this.prior = prior;
        this.d = prior.dimension();
        Ensemble p = Ensemble.zeros(1, d);
        prior.prox(Ensemble.zeros(1, d), 1, p);
        base = p.data();
    }

    /** The checks; none for priors that are not separable and do not say so. */
    static Optional<List<Check>> of(Prior prior) {
        if (!(prior instanceof SeparablePrior separable)) {
            return prior.structure() == Prior.Structure.SEPARABLE
                    ? Optional.of(List.of(Check.of("structure", SeparableChecks::mislabelled)))
                    : Optional.empty();
        }
        return Optional.of(
                List.of(
                        Check.of(
                                "separable-prox",
                                () -> new SeparableChecks(separable).coordinates()),
                        Check.of("separable-kernel", () -> new SeparableChecks(separable).kernel()),
                        Check.of(
                                "kernel-thread-safety",
                                () -> Threads.sameFromAll(new SeparableChecks(separable)::call))));
    }

    private static String mislabelled() {
        throw new Violation(
                "the structure is SEPARABLE but the prior is no SeparablePrior; implement"
                        + " SeparablePrior, or return GENERAL");
    }

    /** proxCoordinate is prox, a column at a time. */
    private String coordinates() {
        int n = 20;
        Ensemble y = Points.normal(Points.random(20), n, d, 3);
        double worst = 0;
        for (double t : TIMES) {
            Ensemble p = Ensemble.zeros(n, d);
            prior.prox(y, t, p);
            for (int j = 0; j < d; j++) {
                double[] column = new double[n];
                for (int i = 0; i < n; i++) {
                    column[i] = y.get(i, j);
                }
                prior.proxCoordinate(j, t, column, column);
                for (int i = 0; i < n; i++) {
                    double error = Math.abs(column[i] - p.get(i, j));
                    worst = Double.isNaN(error) ? error : Math.max(worst, error);
                }
            }
        }
        return Limits.atMost(
                "difference of proxCoordinate and prox",
                worst,
                1e-12,
                "both are the same map; check the order of the coordinates");
    }

    /**
     * log Z, mean and variance of K(z|y) ∝ exp(−(β/2)(ψ_i(z) + (z−y)²/(2T))) against quadrature of
     * the potential. What the potential alone tells is ψ_i up to a constant c_i with Σ c_i =
     * ψ(base): log Z_i must differ from the quadrature by a constant −(β/2)c_i.
     */
    private String kernel() {
        RandomStream random = Points.random(21);
        int n = 4;
        double normaliser = 0;
        double moments = 0;
        double identity = 0;
        for (double beta : BETAS) {
            double sum = 0;
            for (int i = 0; i < d; i++) {
                double constant = Double.NaN;
                for (double time : TIMES) {
                    double[] y = Points.normal(random, 1, n, 3).data();
                    double[] logZ = new double[n];
                    double[] mean = new double[n];
                    double[] variance = new double[n];
                    prior.kernel(i, time, beta, y, logZ, mean, variance);
                    double[] mode = new double[n];
                    prior.proxCoordinate(i, time, y, mode);
                    double width = Math.sqrt(2 * time / beta);
                    for (int k = 0; k < n; k++) {
                        Quadrature.Moments truth = moments(i, time, beta, y[k], mode[k]);
                        double gap = logZ[k] - truth.logNormaliser();
                        constant = Double.isNaN(constant) ? gap : constant;
                        normaliser = worse(normaliser, Math.abs(gap - constant));
                        moments = worse(moments, Math.abs(mean[k] - truth.mean()) / width);
                        moments =
                                worse(
                                        moments,
                                        Math.abs(variance[k] - truth.variance()) / (width * width));
                        double slope = meanSlope(i, time, beta, y[k], width);
                        identity =
                                worse(identity, Math.abs(slope - beta * variance[k] / (2 * time)));
                    }
                }
                sum += constant;
            }
            double missing = Math.abs(sum + beta / 2 * prior.potential(base, 0)) / d;
            normaliser = worse(normaliser, missing);
        }
        return Limits.atMost(
                        "error of the kernel's log-normaliser against quadrature",
                        normaliser,
                        ERROR,
                        "log Z(y) includes constants and terms in y alike; check β/2 and T")
                + "; "
                + Limits.atMost(
                        "error of its mean and variance relative to √(2T/β)",
                        moments,
                        ERROR,
                        "check the moments' formula; mean' must be β·variance/(2T)")
                + "; "
                + Limits.atMost(
                        "error of mean' = β·variance/(2T)",
                        identity,
                        1e-4,
                        "mean and variance do not belong to each other");
    }

    private static double worse(double worst, double error) {
        return Double.isNaN(error) || Double.isNaN(worst) ? Double.NaN : Math.max(worst, error);
    }

    private double meanSlope(int i, double time, double beta, double y, double width) {
        double h = 1e-4 * width;
        double[] mean = new double[2];
        prior.kernel(
                i, time, beta, new double[] {y + h, y - h}, new double[2], mean, new double[2]);
        return (mean[0] - mean[1]) / (2 * h);
    }

    /** The kernel's exponent has curvature ≥ β/(2T): beyond 12 widths of its mode lies nothing. */
    private Quadrature.Moments moments(int i, double time, double beta, double y, double mode) {
        double width = Math.sqrt(2 * time / beta);
        double top = exponent(i, time, beta, y, mode);
        Quadrature.Moments around =
                Quadrature.moments(
                        z -> Math.exp(exponent(i, time, beta, y, z) - top), mode, width, 12);
        return new Quadrature.Moments(
                top + around.logNormaliser(), around.mean(), around.variance());
    }

    private double exponent(int i, double time, double beta, double y, double z) {
        double[] x = base.clone();
        x[i] = z;
        double psi = prior.potential(x, 0) - prior.potential(base, 0);
        return -beta / 2 * (psi + (z - y) * (z - y) / (2 * time));
    }

    private double[] call(int k) {
        int n = 30;
        int i = k % d;
        double[] y = Points.normal(Points.random(200 + k), 1, n, 3).data();
        double[] out = new double[4 * n];
        double[] logZ = new double[n];
        double[] mean = new double[n];
        double[] variance = new double[n];
        double[] p = new double[n];
        prior.kernel(i, 0.1 + 0.1 * k, 1, y, logZ, mean, variance);
        prior.proxCoordinate(i, 0.1 + 0.1 * k, y, p);
        System.arraycopy(logZ, 0, out, 0, n);
        System.arraycopy(mean, 0, out, n, n);
        System.arraycopy(variance, 0, out, 2 * n, n);
        System.arraycopy(p, 0, out, 3 * n, n);
        return out;
    }
}
