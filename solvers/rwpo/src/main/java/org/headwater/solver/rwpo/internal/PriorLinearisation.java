package org.headwater.solver.rwpo.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The Gaussian N(m, P/β) that is nearest to the density ∝ exp(−β(f + ψ)) in Kullback–Leibler
 * divergence, f quadratic and ψ not separable: the fixed point of
 *
 * <pre>
 * B = E∇²ψ(x),   P = (H + B)⁻¹,   m ← m − P(∇f(m) + E∇ψ(x)),   x ~ N(m, P/β)
 * </pre>
 *
 * (M. Opper, C. Archambeau, Neural Comput. 21, 2009). Where ψ has kinks its own derivatives tell
 * nothing of its scale; these means do. They are cubatures over pairs m ± √(d/β)·Lq, P = LLᵀ, q the
 * rows of random orthogonal matrices, with ∇ψ the gradient of a Moreau envelope: exact for a
 * quadratic envelope. In a direction that only the prior decides a round halves the logarithm of
 * the scale's error. Cost of a round: 2M proxes and O(Md²), M = max(d, 512) rows.
 */
final class PriorLinearisation {
    private static final int ROUNDS = 20;

    /** Rows q are at least as many, and at least d: fewer make B noisy. */
    private static final int PAIRS = 512;

    /** Largest relative change of a P_jj at which it rests. */
    private static final double REST = 0.05;

    /** Below this share of a new B the old one stays. */
    private static final double LEAST_SHARE = 1e-3;

    private final Flow flow;
    private final double[] hessian;
    private final int d;
    private final int pairs;
    private final Workers workers;
    private final double[] q;
    private final double[] mean;
    private double[] curvature;

    /**
     * Finds the fixed point.
     *
     * @param centre the first m
     * @param gradient ∇f(centre); null, for an f that is not quadratic, leaves m where it is
     * @param hessian H, d × d, not modified
     * @param first the first B, d × d, not modified; H + B is positive definite
     */
    PriorLinearisation(
            Flow flow,
            double[] centre,
            double[] gradient,
            double[] hessian,
            double[] first,
            RandomStream random) {
        this.flow = flow;
        this.hessian = hessian;
        this.d = flow.d;
        this.workers = flow.resources.workers();
        int bases = Math.max(1, (PAIRS + d - 1) / d);
        this.pairs = bases * d;
        this.q = new double[pairs * d];
        for (int k = 0; k < bases; k++) {
            orthogonal(k * d * d, random.split(k));
        }
        this.mean = centre.clone();
        this.curvature = first;
        double[] p = DenseCholesky.inverse(factor(first), d);
        double change = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS && change > REST; round++) {
            double[] slope = linearise(p);
            double[] next = DenseCholesky.inverse(factor(curvature), d);
            change = 0;
            for (int j = 0; j < d; j++) {
                int jj = j * d + j;
                change = Math.max(change, Math.abs(Math.log(next[jj] / p[jj])));
            }
            p = next;
            if (gradient != null) {
                for (int i = 0; i < d; i++) {
                    slope[i] += gradient[i];
                    for (int j = 0; j < d; j++) {
                        slope[i] += hessian[i * d + j] * (mean[j] - centre[j]);
                    }
                }
                for (int i = 0; i < d; i++) {
                    mean[i] -= DenseProducts.dot(p, i * d, slope, 0, d);
                }
            }
        }
    }

    /** m. */
    double[] mean() {
        return mean;
    }

    /** B, d × d. */
    double[] curvature() {
        return curvature;
    }

    /** Sets B and returns E∇ψ. */
    private double[] linearise(double[] p) {
        double[] l = Flow.factor(p, d);
        double scale = Math.sqrt(d / flow.problem.beta());
        double[] step = new double[pairs * d];
        DenseProducts.multiply(q, transposed(l), pairs, d, d, step, workers);
        Ensemble x = Ensemble.zeros(2 * pairs, d);
        for (int i = 0; i < pairs; i++) {
            for (int j = 0; j < d; j++) {
                x.data()[i * d + j] = mean[j] + scale * step[i * d + j];
                x.data()[(pairs + i) * d + j] = mean[j] - scale * step[i * d + j];
            }
        }
        double[] variance = new double[d];
        for (int j = 0; j < d; j++) {
            variance[j] = p[j * d + j];
        }
        Ensemble drift = Ensemble.zeros(2 * pairs, d);
        flow.addMoreau(x, flow.moreau(variance), drift);
        double[] slope = new double[d];
        double[] odd = new double[d * pairs];
        double share = (double) d / pairs;
        for (int i = 0; i < pairs; i++) {
            for (int j = 0; j < d; j++) {
                double plus = -drift.get(i, j);
                double minus = -drift.get(pairs + i, j);
                slope[j] += (plus + minus) / (2 * pairs);
                odd[j * pairs + i] = share * (plus - minus) / (2 * scale);
            }
        }
        // The odd parts of ∇ψ are BLq, and Σqqᵀ is the unit matrix times the bases: this is BL.
        double[] bl = new double[d * d];
        DenseProducts.multiply(odd, q, d, pairs, d, bl, workers);
        double[] inverse = new double[d * d];
        for (int j = 0; j < d; j++) {
            inverse[j * d + j] = 1;
        }
        DenseCholesky.solveLower(l, d, inverse, d);
        double[] b = new double[d * d];
        DenseProducts.multiply(bl, inverse, d, d, d, b, workers);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                double mid = (b[i * d + j] + b[j * d + i]) / 2;
                b[i * d + j] = mid;
                b[j * d + i] = mid;
            }
        }
        settle(b);
        return slope;
    }

    /** Takes B, or so much of it that H + B stays positive definite: its cubature may not be. */
    private void settle(double[] b) {
        for (double share = 1; share > LEAST_SHARE; share /= 2) {
            double[] mixed = new double[d * d];
            DenseProducts.addScaled(share, b, 0, mixed, 0, d * d);
            DenseProducts.addScaled(1 - share, curvature, 0, mixed, 0, d * d);
            if (factor(mixed) != null) {
                curvature = mixed;
                return;
            }
        }
    }

    /** The Cholesky factor of H + B, null where it is not positive definite. */
    private double[] factor(double[] b) {
        double[] sum = hessian.clone();
        DenseProducts.addScaled(1, b, 0, sum, 0, d * d);
        return DenseCholesky.factor(sum, d) ? sum : null;
    }

    private double[] transposed(double[] a) {
        double[] t = new double[d * d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                t[j * d + i] = a[i * d + j];
            }
        }
        return t;
    }

    /** A random orthogonal matrix, by Gram and Schmidt, twice over against rounding. */
    private void orthogonal(int offset, RandomStream random) {
        for (int i = 0; i < d; i++) {
            int row = offset + i * d;
            for (int j = 0; j < d; j++) {
                q[row + j] = random.gaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int k = offset; k < row; k += d) {
                    double c = DenseProducts.dot(q, k, q, row, d);
                    DenseProducts.addScaled(-c, q, k, q, row, d);
                }
                double norm = Math.sqrt(DenseProducts.dot(q, row, q, row, d));
                for (int j = 0; j < d; j++) {
                    q[row + j] /= norm;
                }
            }
        }
    }
}
