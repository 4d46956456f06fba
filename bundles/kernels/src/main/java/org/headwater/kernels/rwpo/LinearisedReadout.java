package org.headwater.kernels.rwpo;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The covariance of a posterior ∝ exp(−β(f + ψ)) with a separable prior, in stiff directions, too,
 * where that of the particles is a small difference of large numbers. By Stein's identity
 *
 * <pre>βH C + βE[∂ψ(x)(x − m)ᵀ] = I,</pre>
 *
 * H the averaged Hessian of f; and where the expectation of one coordinate given another is linear,
 * E[∂_jψ(x_j)(x_k − m_k)] = Λ_j C_jk, so that
 *
 * <pre>C⁻¹ = β(H + diag Λ),   Λ_j = E[∂_jψ(x_j)(x_j − m_j)]/Var x_j</pre>
 *
 * (statistical linearisation of the prior's drift). Λ is smooth in the marginals, which are those
 * of the kernels' mixture ({@link MixtureReadout}); the directions that the data determine get
 * their variance from H. Exact for Gaussian priors. Source: derived for this project; the
 * covariance is that of expectation propagation (M. Seeger, J. Mach. Learn. Res. 9, 2008), with the
 * mixture's marginals for tilted ones.
 */
public final class LinearisedReadout {
    /** Iterations for a square root; they double its digits. */
    private static final int ROOT_ITERATIONS = 60;

    private static final double ROOT_TOLERANCE = 1e-11;

    /** Keeps the draws' covariance positive definite, relative to its mean eigenvalue. */
    private static final double RIDGE = 1e-12;

    private LinearisedReadout() {}

    /**
     * Λ of the kernels' mixture, from
     *
     * <pre>E_K[∂ψ(x)(x − c)] = 2/β − (v₁ + (m₁ − y)(m₁ − c))/T,</pre>
     *
     * integration by parts in K(x|y). Nd kernel evaluations.
     *
     * @param prior ψ
     * @param x N × d, the particles, not modified
     * @param time T_j &gt; 0, d values, not modified
     * @param beta β
     * @param out Λ_j ≥ 0, d values, modified; 0 where a ψ_j that is not convex makes it negative
     * @param workers threads
     */
    public static void precision(
            SeparablePrior prior,
            Ensemble x,
            double[] time,
            double beta,
            double[] out,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.require(prior.dimension() == d, "the prior must act on all coordinates");
        Shapes.require(time.length == d, "time needs one value per coordinate");
        Shapes.require(out.length == d, "out needs one value per coordinate");
        workers.forRanges(
                d,
                Math.max(1, d / 32),
                (from, to) -> {
                    double[] y = new double[n];
                    double[] m = new double[n];
                    double[] v = new double[n];
                    for (int j = from; j < to; j++) {
                        for (int i = 0; i < n; i++) {
                            y[i] = x.data()[i * d + j];
                        }
                        prior.kernel(j, time[j], beta, y, new double[n], m, v);
                        double centre = Arrays.stream(m).sum() / n;
                        double sum = 0;
                        for (int i = 0; i < n; i++) {
                            sum += 2 / beta - (v[i] + (m[i] - y[i]) * (m[i] - centre)) / time[j];
                        }
                        out[j] = Math.max(0, sum / n / MixtureReadout.variance(m, v));
                    }
                });
    }

    /**
     * Moves draws as little as it takes to give them the covariance C = (β(P⁻¹ + diag Δ))⁻¹ in
     * stiff directions, and leaves their mean. With UUᵀ = C, W the covariance of U⁻¹x and K = Uᵀ
     * diag(C)⁻¹ U, whose eigenvalues are those of C's correlation matrix, small in directions in
     * which C is far narrower than its margins,
     *
     * <pre>x ← m + U A U⁻¹(x − m),   AWA = GWG + I − G²,   G = K(K + κI)⁻¹.</pre>
     *
     * κ = ∞ calls all directions stiff. O(Nd² + d³).
     *
     * @param draws N × d, N ≥ 1, modified unless the result is NaN
     * @param factor L with LLᵀ = P in the lower triangle and 0 above, d × d, not modified
     * @param change Δ, d values, not modified
     * @param beta β
     * @param stiffness κ &gt; 0
     * @param workers threads
     * @return tr(ΣC⁻¹)/d of the covariance Σ that the draws had, 1 if it was C; NaN if C is not
     *     positive definite
     */
    public static double spread(
            Ensemble draws,
            double[] factor,
            double[] change,
            double beta,
            double stiffness,
            Workers workers) {
        int n = draws.size();
        int d = draws.dimension();
        Shapes.require(factor.length == d * d, "the factor must be d × d");
        Shapes.require(change.length == d, "the change needs one value per coordinate");
        // In z = L⁻¹x the covariance is G⁻¹/β with G = I + LᵀΔL, which is well conditioned.
        double[] scaled = new double[d * d];
        for (int i = 0; i < d; i++) {
            DenseProducts.addScaled(change[i], factor, i * d, scaled, i * d, d);
        }
        double[] g = new double[d * d];
        DenseProducts.multiply(transposed(factor, d, d), scaled, d, d, d, g, workers);
        for (int j = 0; j < d; j++) {
            g[j * d + j] += 1;
        }
        if (!DenseCholesky.factor(g, d)) {
            return Double.NaN;
        }
        for (int i = 0; i < d; i++) {
            Arrays.fill(g, i * d + i + 1, (i + 1) * d, 0);
        }
        double[] mean = new double[d];
        for (int i = 0; i < n; i++) {
            DenseProducts.addScaled(1.0 / n, draws.data(), i * d, mean, 0, d);
        }
        double[] centred = draws.data().clone();
        for (int i = 0; i < n; i++) {
            DenseProducts.addScaled(-1, mean, 0, centred, i * d, d);
        }
        double[] z = transposed(centred, n, d);
        DenseCholesky.solveLower(factor, d, z, n);
        double[] y = new double[n * d];
        DenseProducts.multiply(transposed(z, d, n), g, n, d, d, y, workers);
        double[] w = new double[d * d];
        DenseProducts.gram(y, n, d, w, workers);
        double trace = 0;
        for (int k = 0; k < d * d; k++) {
            w[k] *= beta / n;
        }
        for (int j = 0; j < d; j++) {
            trace += w[j * d + j] / d;
        }
        for (int j = 0; j < d; j++) {
            w[j * d + j] += RIDGE * trace;
        }
        double[] a =
                Double.isInfinite(stiffness)
                        ? roots(w, d)[1]
                        : transport(w, kept(factor, g, d, stiffness, workers), d);
        DenseProducts.multiply(y, a, n, d, d, centred, workers);
        z = transposed(centred, n, d);
        DenseCholesky.solveUpper(g, d, z, n);
        DenseProducts.multiply(
                transposed(z, d, n), transposed(factor, d, d), n, d, d, centred, workers);
        for (int i = 0; i < n; i++) {
            System.arraycopy(mean, 0, draws.data(), i * d, d);
            DenseProducts.addScaled(1, centred, i * d, draws.data(), i * d, d);
        }
        return trace;
    }

    /** G = K(K + κI)⁻¹ with K = Uᵀ diag(C)⁻¹ U, U = LF⁻ᵀ/√β. */
    private static double[] kept(
            double[] factor, double[] f, int d, double stiffness, Workers workers) {
        double[] u = transposed(factor, d, d);
        DenseCholesky.solveLower(f, d, u, d);
        u = transposed(u, d, d);
        for (int j = 0; j < d; j++) {
            double scale = 1 / Math.sqrt(DenseProducts.dot(u, j * d, u, j * d, d));
            for (int i = 0; i < d; i++) {
                u[j * d + i] *= scale;
            }
        }
        double[] k = new double[d * d];
        DenseProducts.gram(u, d, d, k, workers);
        // G = I − κ(K + κI)⁻¹.
        for (int j = 0; j < d; j++) {
            k[j * d + j] += stiffness;
        }
        Shapes.require(DenseCholesky.factor(k, d), "the draws must be finite");
        double[] g = DenseCholesky.inverse(k, d);
        for (int i = 0; i < d * d; i++) {
            g[i] *= -stiffness;
        }
        for (int j = 0; j < d; j++) {
            g[j * d + j] += 1;
        }
        return g;
    }

    /** A = W^{−1/2}(W^{1/2}(GWG + I − G²)W^{1/2})^{1/2}W^{−1/2}, symmetric. */
    private static double[] transport(double[] w, double[] g, int d) {
        // GWG + I − G² = I + G(W − I)G.
        double[] wanted = w.clone();
        for (int j = 0; j < d; j++) {
            wanted[j * d + j] -= 1;
        }
        wanted = sandwich(g, wanted, d);
        for (int j = 0; j < d; j++) {
            wanted[j * d + j] += 1;
        }
        double[][] root = roots(w, d);
        return sandwich(root[1], roots(sandwich(root[0], wanted, d), d)[0], d);
    }

    /** BCB of symmetric matrices. */
    private static double[] sandwich(double[] b, double[] c, int d) {
        double[] half = new double[d * d];
        double[] out = new double[d * d];
        DenseProducts.multiply(b, 0, c, d, d, d, half, 0);
        DenseProducts.multiply(half, 0, b, d, d, d, out, 0);
        return out;
    }

    /**
     * W^{1/2} and W^{−1/2} of a symmetric positive definite matrix, by the scaled Denman–Beavers
     * iteration (N. Higham, Functions of Matrices, SIAM 2008, section 6.3). O(d³), some ten times.
     */
    static double[][] roots(double[] w, int d) {
        double[] x = w.clone();
        double[] y = new double[d * d];
        for (int j = 0; j < d; j++) {
            y[j * d + j] = 1;
        }
        double change = Double.POSITIVE_INFINITY;
        for (int k = 0; k < ROOT_ITERATIONS && change > ROOT_TOLERANCE; k++) {
            double[] lx = x.clone();
            double[] ly = y.clone();
            Shapes.require(
                    DenseCholesky.factor(lx, d) && DenseCholesky.factor(ly, d),
                    "the draws' covariance must be positive definite");
            double log = DenseCholesky.logDeterminant(lx, d) + DenseCholesky.logDeterminant(ly, d);
            double scale = Math.exp(-log / (2 * d));
            double[] inverseX = DenseCholesky.inverse(lx, d);
            double[] inverseY = DenseCholesky.inverse(ly, d);
            double difference = 0;
            double norm = 0;
            for (int i = 0; i < d * d; i++) {
                double next = 0.5 * (scale * y[i] + inverseX[i] / scale);
                difference += (next - y[i]) * (next - y[i]);
                norm += next * next;
                y[i] = next;
                x[i] = 0.5 * (scale * x[i] + inverseY[i] / scale);
            }
            change = Math.sqrt(difference / norm);
        }
        return new double[][] {x, y};
    }

    private static double[] transposed(double[] a, int rows, int columns) {
        double[] t = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + i] = a[i * columns + j];
            }
        }
        return t;
    }
}
