package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.kernels.dense.DenseProducts;

/**
 * M steps along the gradient of a {@link PotentialNetwork}, u ← u + dt·∇φ(u, k·dt), dt = 1/M, with
 * the exact log|det(I + dt·H)| of each, not its trace: an optimiser exploits the error of that.
 *
 * <p>I + dt·H is symmetric. Its pivots without exchanges are positive if and only if it is positive
 * definite; a step where that holds everywhere is one to one, so the least pivot tells folds.
 *
 * <p>Cost of a point and step: O(m²d + md² + d³/6) forward, about four times that with the adjoint.
 */
public final class Drift {
    private final PotentialNetwork network;
    private final int d;
    private final int steps;
    private final double dt;

    /**
     * A drift.
     *
     * @param network φ
     * @param steps M ≥ 1
     */
    public Drift(PotentialNetwork network, int steps) {
        this.network = network;
        this.d = network.dimension();
        this.steps = steps;
        this.dt = 1.0 / steps;
    }

    /** M. */
    public int steps() {
        return steps;
    }

    /** φ. */
    public PotentialNetwork network() {
        return network;
    }

    /** What one thread needs for a point. */
    public static final class Workspace {
        private final PotentialNetwork.Workspace net;
        private final double[] gradient;
        private final double[] gamma;
        private final double[] sBar;
        private final double[] matrix;
        private final double[] inverse;
        private final double[] row;
        private double leastPivot;
        private double kinetic;
        private double residual;

        private Workspace(PotentialNetwork network) {
            int d = network.dimension();
            net = network.workspace();
            gradient = new double[d + 1];
            gamma = new double[d + 1];
            sBar = new double[d + 1];
            matrix = new double[d * d];
            inverse = new double[d * d];
            row = new double[d];
        }

        /** The least pivot of the last path; not positive where a step folds. */
        public double leastPivot() {
            return leastPivot;
        }

        /** Σ dt·½|∇φ|² of the last path. */
        public double kinetic() {
            return kinetic;
        }

        /** Σ dt·|∂φ/∂t + ½|∇φ|²| of the last path. */
        public double residual() {
            return residual;
        }
    }

    /** A workspace of this drift's sizes. */
    public Workspace workspace() {
        return new Workspace(network);
    }

    /**
     * The path of one point.
     *
     * @param p parameters of φ, not modified
     * @param path (M + 1) × d from {@code po} on: the first row is the start, the others are
     *     modified
     * @param withDensity whether to compute the determinants
     * @return Σ log|det(I + dt·H)|, 0 without density
     */
    public double apply(double[] p, double[] path, int po, boolean withDensity, Workspace ws) {
        double log = 0;
        ws.leastPivot = Double.POSITIVE_INFINITY;
        ws.kinetic = 0;
        ws.residual = 0;
        for (int k = 0; k < steps; k++) {
            int from = po + k * d;
            network.gradient(p, path, from, k * dt, ws.net, ws.gradient);
            for (int i = 0; i < d; i++) {
                path[from + d + i] = path[from + i] + dt * ws.gradient[i];
            }
            double half = 0.5 * DenseProducts.dot(ws.gradient, 0, ws.gradient, 0, d);
            ws.kinetic += dt * half;
            ws.residual += dt * Math.abs(ws.gradient[d] + half);
            if (withDensity) {
                log += factor(p, ws);
            }
        }
        return log;
    }

    /** Factors I + dt·H at the network's point. */
    private double factor(double[] p, Workspace ws) {
        network.hessian(p, ws.net, ws.matrix);
        double[] a = ws.matrix;
        for (int i = 0; i < d * d; i++) {
            a[i] *= dt;
        }
        double log = 0;
        for (int i = 0; i < d; i++) {
            a[i * d + i] += 1;
            // Row i of L, its pivot on the diagonal: a_ik = L_ik·D_k first, then L_ik.
            for (int k = 0; k < i; k++) {
                ws.row[k] = a[i * d + k] - DenseProducts.dot(ws.row, 0, a, k * d, k);
            }
            double pivot = a[i * d + i];
            for (int k = 0; k < i; k++) {
                a[i * d + k] = ws.row[k] / a[k * d + k];
                pivot -= ws.row[k] * a[i * d + k];
            }
            a[i * d + i] = pivot;
            ws.leastPivot = pivot > ws.leastPivot ? ws.leastPivot : pivot;
            log += Math.log(Math.abs(pivot));
        }
        return log;
    }

    /** (I + dt·H)⁻¹ of the factors, all of it, times a number. */
    private void invert(double scale, Workspace ws) {
        double[] l = ws.matrix;
        double[] inverse = ws.inverse;
        // L⁻¹ in the strictly upper half of l, transposed.
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                l[j * d + i] =
                        -l[i * d + j]
                                - DenseProducts.dot(l, i * d + j + 1, l, j * d + j + 1, i - j - 1);
            }
        }
        // Σ_k (column i of L⁻¹)_k (column j)_k / D_k: rows of the transposed, from max(i, j) on.
        for (int i = 0; i < d; i++) {
            Arrays.fill(ws.row, 0, i, 0);
            ws.row[i] = 1 / l[i * d + i];
            for (int k = i + 1; k < d; k++) {
                ws.row[k] = l[i * d + k] / l[k * d + k];
            }
            for (int j = 0; j <= i; j++) {
                double sum =
                        j == i
                                ? ws.row[i]
                                        + DenseProducts.dot(
                                                ws.row, i + 1, l, i * d + i + 1, d - i - 1)
                                : DenseProducts.dot(ws.row, i, l, j * d + i, d - i);
                inverse[i * d + j] = scale * sum;
                inverse[j * d + i] = scale * sum;
            }
        }
    }

    /**
     * The adjoint of {@link #apply} on one path.
     *
     * @param p parameters of φ, not modified
     * @param path as {@link #apply} left it, not modified
     * @param endBar derivative of the loss with respect to the end, d values from {@code eo} on;
     *     replaced by that with respect to the start
     * @param logBar derivative with respect to the log-determinant, 0 for none
     * @param kineticBar derivative with respect to {@link Workspace#kinetic}
     * @param residualBar derivative with respect to {@link Workspace#residual}
     * @param pBar derivatives with respect to the parameters, added to
     */
    public void adjoint(
            double[] p,
            double[] path,
            int po,
            double[] endBar,
            int eo,
            double logBar,
            double kineticBar,
            double residualBar,
            Workspace ws,
            double[] pBar) {
        for (int k = steps - 1; k >= 0; k--) {
            network.gradient(p, path, po + k * d, k * dt, ws.net, ws.gradient);
            double sign = 0;
            if (residualBar != 0) {
                double half = 0.5 * DenseProducts.dot(ws.gradient, 0, ws.gradient, 0, d);
                sign = Math.signum(ws.gradient[d] + half);
            }
            double along = dt * (kineticBar + residualBar * sign);
            for (int i = 0; i < d; i++) {
                ws.gamma[i] = dt * endBar[eo + i] + along * ws.gradient[i];
            }
            ws.gamma[d] = dt * residualBar * sign;
            double[] g = null;
            if (logBar != 0) {
                factor(p, ws);
                invert(dt * logBar, ws);
                g = ws.inverse;
            }
            network.adjoint(p, ws.net, ws.gamma, g, pBar, 0, ws.sBar);
            for (int i = 0; i < d; i++) {
                endBar[eo + i] += ws.sBar[i];
            }
        }
    }
}
