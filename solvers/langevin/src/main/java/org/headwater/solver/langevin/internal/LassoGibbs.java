package org.headwater.solver.langevin.internal;

import java.util.Arrays;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * Exact Gibbs sampling of the Bayesian lasso, f quadratic and ψ = Σ λ_j|x_j| with λ_j ≥ 0: a
 * Laplace law is a normal law of random precision,
 *
 * <pre>
 * p_j | x ~ inverse Gaussian(λ_j/|x_j|, λ_j²),   x | p ~ N(Q⁻¹b, Q⁻¹),   Q = βH + diag(p)
 * </pre>
 *
 * with βλ_j for λ_j, b = βHc − β∇f(c), and p_j = 0 where λ_j = 0 (T. Park, G. Casella, J. Am. Stat.
 * Assoc. 103, 2008). It has no step and rejects nothing. O(d³/3) a chain.
 */
record LassoGibbs(
        Potential potential, double[] precision, double[] right, double[] weight, Workers workers)
        implements Transition {
    /** Keeps the mean λ/|x| finite where x is all but 0. */
    private static final double LARGEST_MEAN = 1e100;

    /** Far out, for telling a kernel of slope λ from one that is flat by chance. */
    private static final double FAR = 1e6;

    /** For a problem with such an f and ψ, f expanded at the mode. */
    static LassoGibbs of(Problem problem, Potential potential, double[] mode, Workers workers) {
        int d = mode.length;
        double beta = problem.beta();
        double[] q = new double[d * d];
        Ensemble point = Ensemble.of(1, d, mode);
        Ensemble gradient = Ensemble.zeros(1, d);
        if (problem.target().gaussNewton(point, q) == 0
                || problem.target().evaluate(point, new double[1], gradient, new boolean[1]) > 0) {
            throw new IllegalStateException("the forward model fails at the MAP");
        }
        double[] b = new double[d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                q[i * d + j] *= beta;
                b[i] += q[i * d + j] * mode[j];
            }
            b[i] -= beta * gradient.get(0, i);
        }
        return new LassoGibbs(potential, q, b, scaledWeights(problem), workers);
    }

    /** βλ. */
    static double[] scaledWeights(Problem problem) {
        double[] weight = weights(problem.prior());
        for (int j = 0; j < weight.length; j++) {
            weight[j] *= problem.beta();
        }
        return weight;
    }

    /**
     * λ, if ψ = Σ λ_j|x_j|, else null. A convex ψ_j with ψ_j(0) = 0, ψ_j(±1) = λ_j and no slope
     * above λ_j is λ_j|x|; a slope of 0 is also said of what has none, which a prox far out shows.
     */
    static double[] weights(Prior prior) {
        if (!(prior instanceof SeparablePrior s)) {
            return null;
        }
        int d = prior.dimension();
        double[] weight = new double[d];
        double[] x = new double[d];
        double[] y = new double[2];
        double[] z = new double[2];
        if (prior.potential(x, 0) != 0) {
            return null;
        }
        for (int j = 0; j < d; j++) {
            double slope = s.slope(j);
            weight[j] = slope;
            for (int sign = -1; sign <= 1; sign += 2) {
                x[j] = sign;
                if (prior.potential(x, 0) != slope) {
                    return null;
                }
            }
            x[j] = 0;
            y[0] = -FAR - slope;
            y[1] = FAR + slope;
            s.proxCoordinate(j, 1, y, z);
            if (Math.abs(z[0] + FAR) > 1 || Math.abs(z[1] - FAR) > 1) {
                return null;
            }
        }
        return weight;
    }

    @Override
    public double firstStep(Scale scale) {
        return 1;
    }

    @Override
    public double wantedAcceptance() {
        return 0;
    }

    @Override
    public Moves move(Points from, Scale scale, double step, RandomStream random) {
        int n = from.size();
        int d = weight.length;
        Ensemble x = Ensemble.zeros(n, d);
        boolean[] singular = new boolean[n];
        workers.forRanges(
                n,
                1,
                (begin, end) -> {
                    for (int i = begin; i < end; i++) {
                        singular[i] = !draw(from.x(), i, x, random.split(i));
                    }
                });
        for (boolean s : singular) {
            if (s) {
                throw new IllegalStateException(
                        "the posterior's precision matrix is not positive definite");
            }
        }
        Points there = potential.at(x);
        Points to = from.copy();
        for (int i = 0; i < n; i++) {
            if (!there.failed()[i]) {
                to.take(i, there, i);
            }
        }
        return new Moves(to, 1, there.failed(), Map.of());
    }

    private boolean draw(Ensemble from, int i, Ensemble to, RandomStream random) {
        int d = weight.length;
        double[] l = precision.clone();
        for (int j = 0; j < d; j++) {
            if (weight[j] > 0) {
                double mean = Math.min(LARGEST_MEAN, weight[j] / Math.abs(from.get(i, j)));
                l[j * d + j] += inverseGaussian(mean, weight[j] * weight[j], random);
            }
        }
        if (!DenseCholesky.factor(l, d)) {
            return false;
        }
        double[] x = Arrays.copyOf(right, d);
        DenseCholesky.solveLower(l, d, x, 1);
        for (int j = 0; j < d; j++) {
            x[j] += random.gaussian();
        }
        DenseCholesky.solveUpper(l, d, x, 1);
        System.arraycopy(x, 0, to.data(), i * d, d);
        return true;
    }

    /**
     * J. R. Michael, W. R. Schucany, R. W. Haas, Am. Stat. 30, 1976, with the smaller root in the
     * form that does not cancel.
     */
    private static double inverseGaussian(double mean, double shape, RandomStream random) {
        double z = random.gaussian();
        double w = mean * z * z / (2 * shape);
        double small = mean / (1 + w + Math.sqrt(w * (2 + w)));
        return random.uniform() <= mean / (mean + small) ? small : mean * (mean / small);
    }
}
