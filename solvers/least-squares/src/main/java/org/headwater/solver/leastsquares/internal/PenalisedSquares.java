package org.headwater.solver.leastsquares.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.LeastSquares;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.leastsquares.LeastSquaresForm;

/**
 * A posterior ∝ exp(−E), E = ½|R|² + βψ, R = √β·r: residuals, and a prior that is smoothed where a
 * gradient of it is wanted. Nothing of it needs derivatives of the model.
 */
final class PenalisedSquares {
    /** Smoothing of the prior in units of a coordinate's conditional variance. */
    private static final double SMOOTHING = 0.05;

    private final Problem problem;
    private final LeastSquares target;
    private final double[] scale;
    private final boolean flat;
    private final int d;

    PenalisedSquares(Problem problem, String solver) {
        this.problem = problem;
        this.target = LeastSquaresForm.target(problem, solver);
        this.d = problem.dimension();
        Prior prior = problem.prior();
        this.flat = prior.quadratic().isPresent();
        this.scale = flat ? new double[d] : LaplaceApproximation.scale(prior, problem.beta());
    }

    int dimension() {
        return d;
    }

    /** M, the length of R. */
    int size() {
        return target.size();
    }

    /** Whether the posterior is Gaussian, and R linear. */
    boolean isGaussian() {
        return flat && isLinear();
    }

    /** Whether R is linear. */
    boolean isLinear() {
        return problem.target().isQuadratic();
    }

    /** b, d precisions of a Gaussian about as wide as ∝ exp(−βψ); 0 for a flat ψ. */
    double[] scale() {
        return scale;
    }

    /**
     * Adds β∇ψ^μ = β(θ − prox_{μψ}(θ))/μ to gradients, ψ^μ the Moreau envelope.
     *
     * @param theta n × d, not modified
     * @param precision H_jj, of which μ_j is a share of the inverse; of the least for priors that
     *     are not separable
     * @param gradient n × d, modified
     */
    void addPrior(Ensemble theta, double[] precision, double[] gradient) {
        if (flat) {
            return;
        }
        int n = theta.size();
        double beta = problem.beta();
        if (problem.prior() instanceof SeparablePrior separable) {
            double[] x = new double[n];
            double[] z = new double[n];
            for (int j = 0; j < d; j++) {
                double mu = SMOOTHING / precision[j];
                for (int i = 0; i < n; i++) {
                    x[i] = theta.get(i, j);
                }
                separable.proxCoordinate(j, mu, x, z);
                for (int i = 0; i < n; i++) {
                    gradient[i * d + j] += beta * (x[i] - z[i]) / mu;
                }
            }
            return;
        }
        double mu = SMOOTHING / Arrays.stream(precision).max().orElse(1);
        Ensemble z = Ensemble.zeros(n, d);
        problem.prior().prox(theta, mu, z);
        for (int k = 0; k < n * d; k++) {
            gradient[k] += beta * (theta.data()[k] - z.data()[k]) / mu;
        }
    }

    /** The problem's initial point, or the nearest that the prior allows. */
    double[] initial() {
        Ensemble one = Ensemble.of(1, d, problem.initial().clone());
        admit(one);
        return one.data();
    }

    /** Moves points at which ψ = ∞ to the nearest ones at which it is not; returns which. */
    boolean[] admit(Ensemble theta) {
        boolean[] outside = new boolean[theta.size()];
        for (int i = 0; i < outside.length; i++) {
            double psi = problem.prior().potential(theta.data(), theta.offset(i));
            outside[i] = psi == Double.POSITIVE_INFINITY;
            if (outside[i]) {
                Ensemble one = Ensemble.of(1, d, theta.point(i));
                problem.prior().prox(one, Double.MIN_NORMAL, one);
                System.arraycopy(one.data(), 0, theta.data(), theta.offset(i), d);
            }
        }
        return outside;
    }

    /**
     * R and E of all points, without derivatives. Where ψ = ∞ the model is asked next to the point.
     *
     * @param theta N × d, not modified
     * @param rows R, N × M, modified
     * @param energy E, N values, modified
     * @param failed N flags, modified
     * @return the number of points at which the model failed
     */
    int evaluate(Ensemble theta, double[] rows, double[] energy, boolean[] failed) {
        int n = theta.size();
        int m = target.size();
        double beta = problem.beta();
        Ensemble inside = theta.copy();
        boolean[] outside = admit(inside);
        double[] r = new double[Math.multiplyExact(n, m)];
        int count = target.evaluate(inside, r, failed);
        for (int i = 0; i < n; i++) {
            double psi = problem.prior().potential(inside.data(), inside.offset(i));
            energy[i] =
                    outside[i]
                            ? Double.POSITIVE_INFINITY
                            : beta * (DenseProducts.dot(r, i * m, r, i * m, m) / 2 + psi);
            for (int k = 0; k < m; k++) {
                rows[i * m + k] = Math.sqrt(beta) * r[i * m + k];
            }
        }
        return count;
    }
}
