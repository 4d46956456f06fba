package org.headwater.kernels.flow;

import org.headwater.kernels.dense.DenseProducts;

/**
 * M steps along the gradient of a {@link PotentialNetwork}, u ← u + dt·∇φ(u, k·dt), dt = 1/M, with
 * the exact log|det(I + dt·H)| of each, not its trace: an optimiser exploits the error of that.
 *
 * <p>H = QᵀSQ, S of order k = min(d, m + r) ({@link PotentialNetwork}), so that |det(I + dt·H)| =
 * |det(I + dt·S)|. Both are symmetric. The pivots without exchanges are positive if and only if I +
 * dt·S, and with it I + dt·H, is positive definite; a step where that holds everywhere is one to
 * one, so the least pivot tells folds.
 *
 * <p>The score's way along a path: L. Vaitl, L. Winkler, L. Richter, P. Kessel, arXiv 2403.15881.
 *
 * <p>Cost of a point and step: O(md + m²k + mk² + k³/3) with density, O(k³) more with score; O(md +
 * m²) for the way back.
 */
public final class Drift {
    private final PotentialNetwork network;
    private final PotentialNetwork.Weights weights;
    private final int d;
    private final int k;
    private final int steps;
    private final double dt;

    /**
     * A drift.
     *
     * @param network φ
     * @param parameters of φ, shared
     * @param steps M ≥ 1
     */
    public Drift(PotentialNetwork network, double[] parameters, int steps) {
        this.network = network;
        this.weights = network.weights(parameters);
        this.d = network.dimension();
        this.k = network.order();
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
        private final SymmetricPivots pivots;
        private final double[] extra;
        private double laplacian;
        private double leastPivot;
        private double kinetic;
        private double residual;

        private Workspace(PotentialNetwork network) {
            int d = network.dimension();
            net = network.workspace();
            gradient = new double[d + 1];
            gamma = new double[d + 1];
            sBar = new double[d + 1];
            extra = new double[d + 1];
            pivots = new SymmetricPivots(network.order());
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
     * @param path (M + 1) × d from {@code po} on: the first row is the start, the others are
     *     modified
     * @param withDensity whether to compute the determinants
     * @param score ∇log of a density at the start, d values from {@code so} on; replaced by that of
     *     the density that the path makes of it at the end, step by step g ← J⁻¹(g − ∇log|det J|),
     *     J = I + dt·H; null for none, else with density
     * @return Σ log|det(I + dt·H)|, 0 without density
     */
    public double apply(
            double[] path, int po, boolean withDensity, double[] score, int so, Workspace ws) {
        double log = 0;
        ws.leastPivot = Double.POSITIVE_INFINITY;
        ws.kinetic = 0;
        ws.residual = 0;
        for (int step = 0; step < steps; step++) {
            int from = po + step * d;
            at(step, path, from, ws);
            advance(path, from, path, from + d, ws);
            double half = 0.5 * DenseProducts.dot(ws.gradient, 0, ws.gradient, 0, d);
            ws.kinetic += dt * half;
            ws.residual += dt * Math.abs(ws.gradient[d] + half);
            if (withDensity) {
                log += factor(ws);
                ws.leastPivot = ws.pivots.least() > ws.leastPivot ? ws.leastPivot : least(ws);
            }
            if (score != null) {
                carry(score, so, ws);
            }
        }
        return log;
    }

    /** The score after a step from that before it, after {@link #factor}. */
    private void carry(double[] score, int so, Workspace ws) {
        ws.pivots.invert(1);
        network.gradientOfTrace(weights, ws.net, ws.pivots.inverse(), ws.sBar);
        DenseProducts.addScaled(-dt, ws.sBar, 0, score, so, d);
        network.multiply(weights, ws.pivots.inverse(), score, so, ws.net);
    }

    /** Puts the network at a point of a step. */
    void at(int step, double[] x, int xo, Workspace ws) {
        network.gradient(weights, x, xo, step * dt, ws.net, ws.gradient);
    }

    /** ∇φ and ∂φ/∂t where {@link #at} put the network; shared. */
    double[] gradient(Workspace ws) {
        return ws.gradient;
    }

    /** x + dt·∇φ, where x is the point that {@link #at} was given. */
    void advance(double[] x, int xo, double[] out, int oo, Workspace ws) {
        for (int i = 0; i < d; i++) {
            out[oo + i] = x[xo + i] + dt * ws.gradient[i];
        }
    }

    /** The Laplacian of φ, after {@link #factor}. */
    double laplacian(Workspace ws) {
        return ws.laplacian;
    }

    /** The least pivot of the last {@link #factor}. */
    double least(Workspace ws) {
        return ws.pivots.least();
    }

    /** log|det(I + dt·H)| where {@link #at} put the network, with what {@link #pull} needs. */
    double factor(Workspace ws) {
        double[] a = ws.pivots.matrix();
        network.hessian(weights, ws.net, a);
        ws.laplacian = 0;
        for (int i = 0; i < k; i++) {
            ws.laplacian += a[i * k + i];
        }
        for (int i = 0; i < k * k; i++) {
            a[i] *= dt;
        }
        for (int i = 0; i < k; i++) {
            a[i * k + i] += 1;
        }
        return ws.pivots.factor();
    }

    /**
     * The adjoint of {@link #apply} on one path, but for determinants and score.
     *
     * @param path as {@link #apply} left it, not modified
     * @param endBar derivative of the loss with respect to the end, d values from {@code eo} on;
     *     replaced by that with respect to the start
     * @param kineticBar derivative with respect to {@link Workspace#kinetic}
     * @param residualBar derivative with respect to {@link Workspace#residual}
     * @param pBar derivatives with respect to the parameters, added to
     */
    public void adjoint(
            double[] path,
            int po,
            double[] endBar,
            int eo,
            double kineticBar,
            double residualBar,
            Workspace ws,
            double[] pBar) {
        for (int step = steps - 1; step >= 0; step--) {
            at(step, path, po + step * d, ws);
            double sign = 0;
            if (residualBar != 0) {
                double half = 0.5 * DenseProducts.dot(ws.gradient, 0, ws.gradient, 0, d);
                sign = Math.signum(ws.gradient[d] + half);
            }
            double along = dt * (kineticBar + residualBar * sign);
            for (int i = 0; i < d; i++) {
                ws.extra[i] = along * ws.gradient[i];
            }
            ws.extra[d] = dt * residualBar * sign;
            pull(endBar, eo, 0, ws.extra, 0, ws, pBar);
        }
    }

    /**
     * Adds to the derivatives what adjoints since the last time left in the workspace; once for
     * many points.
     *
     * @param pBar derivatives with respect to the parameters, added to
     */
    void finish(Workspace ws, double[] pBar) {
        network.finish(weights, ws.net, pBar, 0);
    }

    /**
     * The adjoint of one step where {@link #at} put the network, after {@link #factor} unless
     * {@code logBar} and {@code laplacianBar} are 0.
     *
     * @param endBar derivative with respect to the step's end, d values from {@code eo} on;
     *     replaced by that with respect to its start
     * @param logBar derivative with respect to log|det(I + dt·H)|
     * @param extra derivative with respect to ∇φ and ∂φ/∂t beside that through the end, d + 1
     *     values, not modified
     * @param laplacianBar derivative with respect to the Laplacian of φ
     * @param pBar derivatives with respect to the parameters, added to, by {@link #finish} the rest
     */
    void pull(
            double[] endBar,
            int eo,
            double logBar,
            double[] extra,
            double laplacianBar,
            Workspace ws,
            double[] pBar) {
        for (int i = 0; i < d; i++) {
            ws.gamma[i] = dt * endBar[eo + i] + extra[i];
        }
        ws.gamma[d] = extra[d];
        double[] g = null;
        if (logBar != 0 || laplacianBar != 0) {
            ws.pivots.invert(dt * logBar);
            g = ws.pivots.inverse();
            for (int i = 0; i < k; i++) {
                g[i * k + i] += laplacianBar;
            }
        }
        network.adjoint(weights, ws.net, ws.gamma, g, pBar, 0, ws.sBar);
        for (int i = 0; i < d; i++) {
            endBar[eo + i] += ws.sBar[i];
        }
    }
}
