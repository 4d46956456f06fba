package org.headwater.kernels.leastsquares;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.Erfcx;
import org.apache.commons.numbers.gamma.InverseErfc;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.LeastSquares;
import org.headwater.api.Problem;
import org.headwater.kernels.flow.L1Weights;

/**
 * A posterior as exp(−½|R(u)|²) in coordinates u whose prior is Gaussian or flat,
 *
 * <pre>R(u) = (√β·r(g(u)), u_j for all j with λ_j &gt; 0),   f = ½|r|², ψ = Σ λ_j|θ_j|,</pre>
 *
 * where θ_j = g_j(u_j) takes N(0, 1) to the Laplace law of rate βλ_j: |θ| = −log erfc(|u|/√2)/(βλ),
 * of the same sign; g_j is the identity where λ_j = 0. The density of u is exact, whatever λ: the
 * prior's factors and the derivatives of g make standard normals. With such priors R is not linear,
 * even if r is. Immutable; shares no workspace.
 *
 * <p>Source: Wang, Bardsley, Solonen, Cui, Marzouk, SIAM J. Sci. Comput. 39, 2017,
 * doi:10.1137/16M1080938, §3.
 */
public final class LeastSquaresForm {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    /** Beyond it e^{−x} is no double; only starting points get there. */
    private static final double FAR = 700;

    private final Problem problem;
    private final LeastSquares target;
    private final double[] rate;
    private final int[] sparse;
    private final double root;
    private final int d;

    private LeastSquaresForm(Problem problem, LeastSquares target, double[] weights) {
        this.problem = problem;
        this.target = target;
        this.d = problem.dimension();
        this.rate = Arrays.stream(weights).map(w -> problem.beta() * w).toArray();
        this.sparse = IntStream.range(0, d).filter(j -> rate[j] > 0).toArray();
        this.root = Math.sqrt(problem.beta());
    }

    /**
     * The form of a problem.
     *
     * @param solver who asks, for messages
     * @throws InvalidInputException if the misfit is no sum of squares, or the prior none of those
     */
    public static LeastSquaresForm of(Problem problem, String solver) {
        LeastSquares target = target(problem, solver);
        double[] weights =
                L1Weights.of(problem.prior())
                        .orElseThrow(
                                () ->
                                        unfit(
                                                solver,
                                                "takes the priors gaussian, l1, elastic-net, and tv"
                                                        + " of a line"));
        return new LeastSquaresForm(problem, target, weights);
    }

    /**
     * The residuals of a problem.
     *
     * @param solver who asks, for messages
     * @throws InvalidInputException if the misfit is no sum of squares
     */
    public static LeastSquares target(Problem problem, String solver) {
        return problem.target()
                .leastSquares()
                .orElseThrow(
                        () ->
                                unfit(
                                        solver,
                                        "takes Gaussian noise of known level, and Gaussian priors"
                                                + " that are proper"));
    }

    private static InvalidInputException unfit(String solver, String rule) {
        return InvalidInputException.of(
                "solver.type", rule, "'" + solver + "'", "use solver.type langevin or rwpo");
    }

    /** d. */
    public int dimension() {
        return d;
    }

    /** M, the length of R. */
    public int size() {
        return target.size() + sparse.length;
    }

    /** Whether u is θ. */
    public boolean isIdentity() {
        return sparse.length == 0;
    }

    /** Whether R is linear, and the posterior Gaussian. */
    public boolean isLinear() {
        return isIdentity() && problem.target().isQuadratic();
    }

    /** The problem's initial point. */
    public double[] initial() {
        return coordinates(Ensemble.of(1, d, problem.initial())).data();
    }

    /** Points θ = g(u). */
    public Ensemble parameters(Ensemble u) {
        Ensemble theta = u.copy();
        for (int i = 0; i < u.size(); i++) {
            for (int j : sparse) {
                theta.data()[i * d + j] = quantile(u.get(i, j), rate[j]);
            }
        }
        return theta;
    }

    /** Points u with g(u) = θ. */
    Ensemble coordinates(Ensemble theta) {
        Ensemble u = theta.copy();
        for (int i = 0; i < u.size(); i++) {
            for (int j : sparse) {
                double x = theta.get(i, j);
                double tail = Math.exp(-Math.min(FAR, rate[j] * Math.abs(x)));
                u.data()[i * d + j] = Math.copySign(SQRT_2 * InverseErfc.value(tail), x);
            }
        }
        return u;
    }

    /** g(u) of one coordinate; log erfc t = log erfcx t − t², with no underflow. */
    static double quantile(double u, double rate) {
        double t = Math.abs(u) / SQRT_2;
        return Math.copySign((t * t - Math.log(Erfcx.value(t))) / rate, u);
    }

    /** g′(u) = √(2/π)/(erfcx(|u|/√2)·rate). */
    static double slope(double u, double rate) {
        return SQRT_2_OVER_PI / (Erfcx.value(Math.abs(u) / SQRT_2) * rate);
    }

    private void complete(double[] r, int from, double[] u, int offset, double[] out, int at) {
        int m = target.size();
        for (int k = 0; k < m; k++) {
            out[at + k] = root * r[from + k];
        }
        for (int k = 0; k < sparse.length; k++) {
            out[at + m + k] = u[offset + sparse[k]];
        }
    }

    /**
     * R and its Jacobian at one point, on the caller's thread.
     *
     * @param u d values, not modified
     * @param residuals M values, modified
     * @param jacobian M × d row-major, modified
     * @return whether the model worked
     */
    public boolean jacobian(double[] u, double[] residuals, double[] jacobian) {
        int m = target.size();
        double[] r = new double[m];
        double[] ofTarget = new double[Math.multiplyExact(m, d)];
        double[] theta = parameters(Ensemble.of(1, d, u)).data();
        if (!target.jacobian(theta, r, ofTarget)) {
            return false;
        }
        complete(r, 0, u, 0, residuals, 0);
        double[] slopes = new double[d];
        Arrays.fill(slopes, root);
        for (int j : sparse) {
            slopes[j] = root * slope(u[j], rate[j]);
        }
        Arrays.fill(jacobian, 0);
        for (int k = 0; k < m * d; k++) {
            jacobian[k] = ofTarget[k] * slopes[k % d];
        }
        for (int k = 0; k < sparse.length; k++) {
            jacobian[(m + k) * d + sparse[k]] = 1;
        }
        return true;
    }
}
