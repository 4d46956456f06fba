package org.headwater.kernels.flow;

import org.headwater.kernels.dense.DenseProducts;

/**
 * M steps along the gradient of a {@link PotentialNetwork}, u ← u + dt·∇φ(u, k·dt), dt = 1/M, with
 * the exact log|det(I + dt·H)| of each, not its trace: an optimiser exploits the error of that.
 *
 * <p>H = QᵀMQ, M of order k = min(d, m + r) ({@link PotentialNetwork}), so that |det(I + dt·H)| =
 * |det(I + dt·M)|. Both are symmetric. The pivots without exchanges are positive if and only if I +
 * dt·M, and with it I + dt·H, is positive definite; a step where that holds everywhere is one to
 * one, so the least pivot tells folds.
 *
 * <p>Cost of a point and step: O(md + m²k + mk² + k³/6) forward, about four times that with the
 * adjoint.
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
     * @param tape what {@link #adjoint} need not compute again, M·{@link #saved} numbers from
     *     {@code to} on, modified; null for none
     * @return Σ log|det(I + dt·H)|, 0 without density
     */
    public double apply(
            double[] path, int po, boolean withDensity, double[] tape, int to, Workspace ws) {
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
            if (tape != null) {
                save(ws, tape, to + step * saved());
            }
        }
        return log;
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

    /** Numbers of a point and step that {@link #save} keeps. */
    int saved() {
        return network.saved() + d + 1 + k * k;
    }

    /** Keeps what {@link #at} and {@link #factor} left, for {@link #pull}. */
    void save(Workspace ws, double[] to, int o) {
        network.save(ws.net, to, o);
        int at = o + network.saved();
        System.arraycopy(ws.gradient, 0, to, at, d + 1);
        ws.pivots.save(to, at + d + 1);
    }

    private void load(double[] from, int o, Workspace ws) {
        network.load(from, o, ws.net);
        int at = o + network.saved();
        System.arraycopy(from, at, ws.gradient, 0, d + 1);
        ws.pivots.load(from, at + d + 1);
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
     * The adjoint of {@link #apply} on one path; {@link #finish} follows the last.
     *
     * @param path as {@link #apply} left it, not modified
     * @param tape as {@link #apply} left it with density, null for none, not modified
     * @param endBar derivative of the loss with respect to the end, d values from {@code eo} on;
     *     replaced by that with respect to the start
     * @param logBar derivative with respect to the log-determinant, 0 for none
     * @param kineticBar derivative with respect to {@link Workspace#kinetic}
     * @param residualBar derivative with respect to {@link Workspace#residual}
     * @param pBar derivatives with respect to the parameters, added to
     */
    public void adjoint(
            double[] path,
            int po,
            double[] tape,
            int to,
            double[] endBar,
            int eo,
            double logBar,
            double kineticBar,
            double residualBar,
            Workspace ws,
            double[] pBar) {
        for (int step = steps - 1; step >= 0; step--) {
            if (tape == null) {
                at(step, path, po + step * d, ws);
                if (logBar != 0) {
                    factor(ws);
                }
            } else {
                load(tape, to + step * saved(), ws);
            }
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
            pull(endBar, eo, logBar, ws.extra, 0, ws, pBar);
        }
    }

    /**
     * Adds to the derivatives what adjoints since the last time left in the workspace; once for
     * many points.
     *
     * @param pBar derivatives with respect to the parameters, added to
     */
    public void finish(Workspace ws, double[] pBar) {
        network.finish(weights, ws.net, pBar, 0);
    }

    /**
     * v ← J_{M−1}⁻ᵀ … J_0⁻ᵀ v along a path, J_k = I + dt·H symmetric.
     *
     * @param path as {@link #apply} left it, not modified
     * @param v d values, modified
     */
    void solve(double[] path, int po, double[] v, Workspace ws) {
        for (int step = 0; step < steps; step++) {
            at(step, path, po + step * d, ws);
            factor(ws);
            ws.pivots.invert(1);
            network.multiply(weights, ws.pivots.inverse(), v);
        }
    }

    /**
     * The adjoint of one step, before {@link #finish}, where {@link #at} put the network, after
     * {@link #factor} unless {@code logBar} and {@code laplacianBar} are 0.
     *
     * @param endBar derivative with respect to the step's end, d values from {@code eo} on;
     *     replaced by that with respect to its start
     * @param logBar derivative with respect to log|det(I + dt·H)|
     * @param extra derivative with respect to ∇φ and ∂φ/∂t beside that through the end, d + 1
     *     values, not modified
     * @param laplacianBar derivative with respect to the Laplacian of φ
     * @param pBar derivatives with respect to the parameters, added to
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
