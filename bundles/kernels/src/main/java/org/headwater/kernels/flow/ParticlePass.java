package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.flow.ParticleLayer.Keys;

/**
 * A batch on its way through the steps of a drift with a {@link ParticleLayer} after each, and
 * back. The drift moves u, the layer x = μ + Lu. The first points may be keys for all, themselves
 * included; with none the points are their own keys.
 *
 * <p>The speed of the whole is v = ∇φ − L⁻¹((x − S(x))/η); cost and residual of a step are
 *
 * <pre>
 * ½|v|²,   |∂φ/∂t + ½|v|² + (Δφ − Σ(1 − S′(x_i))/η_i)/β|.
 * </pre>
 *
 * <p>Memory: two arrays of points a step; cost of a step N drift steps and N layers.
 */
final class ParticlePass {
    private static final int GRAIN = 16;

    private final Drift drift;
    private final ParticleLayer layer;
    private final double[] centre;
    private final double[] factor;
    private final double beta;
    private final int d;
    private final int keys;
    private final int total;
    private final int blocks;
    private final boolean keep;
    private final double[][] u;
    private final double[][] x;
    private final Keys[] seen;
    private final double[] end;
    private final double[] logDeterminant;
    private final double[] kinetic;
    private final double[] residual;
    private final double[] leastSlope;

    /**
     * Room for a batch.
     *
     * @param keys how many of the points are keys, the first ones; 0 for all
     * @param total points, keys included
     * @param keep whether {@link #backward} will follow
     */
    ParticlePass(
            Drift drift,
            ParticleLayer layer,
            TrainedFlow.Frame frame,
            int keys,
            int total,
            boolean keep) {
        this.drift = drift;
        this.layer = layer;
        this.centre = frame.centre();
        this.factor = frame.factor();
        this.beta = frame.beta();
        this.d = centre.length;
        this.keys = keys == 0 ? total : keys;
        this.total = total;
        this.keep = keep;
        blocks = (total + GRAIN - 1) / GRAIN;
        u = new double[drift.steps()][];
        x = new double[drift.steps()][];
        for (int k = 0; k < u.length; k++) {
            u[k] = keep || k == 0 ? new double[total * d] : u[0];
            x[k] = keep || k == 0 ? new double[total * d] : x[0];
        }
        seen = new Keys[drift.steps()];
        end = new double[total * d];
        logDeterminant = new double[total];
        kinetic = new double[total];
        residual = new double[total];
        leastSlope = new double[total];
        Arrays.fill(leastSlope, Double.POSITIVE_INFINITY);
    }

    /** The start, total × d; to be filled; shared. */
    double[] start() {
        return u[0];
    }

    /** x at the end, total × d; shared. */
    double[] end() {
        return end;
    }

    /** Σ log|det| of steps and layers of each point; shared. */
    double[] logDeterminant() {
        return logDeterminant;
    }

    /** Σ dt·½|v|² of each point; shared. */
    double[] kinetic() {
        return kinetic;
    }

    /** Σ dt·|residual| of each point; shared. */
    double[] residual() {
        return residual;
    }

    /**
     * The least pivot of the drift's steps and least slope of the layers, of each point; shared.
     */
    double[] leastSlope() {
        return leastSlope;
    }

    /** The way there. */
    void forward(Workers workers) {
        for (int step = 0; step < u.length; step++) {
            int k = step;
            workers.forRanges(total, GRAIN, (from, to) -> drive(k, from, to));
            seen[k] = layer.keys(x[k], 0, keys);
            workers.forRanges(total, GRAIN, (from, to) -> attend(k, from, to));
        }
    }

    private void drive(int k, int from, int to) {
        double dt = 1.0 / u.length;
        Drift.Workspace ws = drift.workspace();
        ParticleLayer.Workspace layerWs = layer.workspace(0);
        double[] moved = new double[d];
        double[] before = new double[d];
        double[] v = new double[d];
        for (int i = from; i < to; i++) {
            drift.at(k, u[k], i * d, ws);
            logDeterminant[i] += drift.factor(ws);
            leastSlope[i] = Math.min(leastSlope[i], drift.least(ws));
            speed(u[k], i * d, before, v, ws, layerWs);
            double half = 0.5 * DenseProducts.dot(v, 0, v, 0, d);
            kinetic[i] += dt * half;
            residual[i] += dt * Math.abs(unbalanced(half, ws, layerWs));
            drift.advance(u[k], i * d, moved, 0, ws);
            toPrior(moved, 0, x[k], i * d);
        }
    }

    /** v at a point where the drift stands; the threshold there stays in the workspace. */
    private void speed(
            double[] at,
            int o,
            double[] before,
            double[] v,
            Drift.Workspace ws,
            ParticleLayer.Workspace layerWs) {
        toPrior(at, o, before, 0);
        layer.threshold(before, 0, layerWs);
        for (int j = 0; j < d; j++) {
            v[j] = (before[j] - layerWs.value()[j]) / layer.step(j);
        }
        solve(v, 0);
        for (int j = 0; j < d; j++) {
            v[j] = drift.gradient(ws)[j] - v[j];
        }
    }

    private double unbalanced(double half, Drift.Workspace ws, ParticleLayer.Workspace layerWs) {
        double spread = drift.laplacian(ws);
        for (int j = 0; j < d; j++) {
            spread -= (1 - layerWs.first()[j]) / layer.step(j);
        }
        return drift.gradient(ws)[d] + half + spread / beta;
    }

    private void attend(int k, int from, int to) {
        ParticleLayer.Workspace ws = layer.workspace(keys);
        boolean last = k + 1 == u.length;
        double[] out = last ? end : u[k + 1];
        for (int i = from; i < to; i++) {
            logDeterminant[i] += layer.apply(seen[k], x[k], i * d, out, i * d, ws);
            leastSlope[i] = Math.min(leastSlope[i], ws.leastSlope());
            if (!last) {
                for (int j = 0; j < d; j++) {
                    out[i * d + j] -= centre[j];
                }
                solve(out, i * d);
            }
        }
    }

    /**
     * The way back. Blocks of points are added up in their order, whatever the threads.
     *
     * @param endBar derivatives with respect to x at the end, total × d; modified
     * @param logBar with respect to the log-determinants, total values, not modified
     * @param kineticBar with respect to the costs, total values, not modified
     * @param residualBar with respect to the residuals, total values, not modified
     * @param throughKeys whether the keys are variables, else constants
     * @return derivatives with respect to the parameters
     */
    double[] backward(
            double[] endBar,
            double[] logBar,
            double[] kineticBar,
            double[] residualBar,
            boolean throughKeys,
            Workers workers) {
        if (!keep) {
            throw new IllegalStateException("forward was not told to keep its path");
        }
        double[][] byBlock = new double[blocks][drift.network().size()];
        double[][] keysBar = new double[blocks][];
        for (int step = u.length - 1; step >= 0; step--) {
            int k = step;
            workers.forRanges(
                    total,
                    GRAIN,
                    (from, to) -> {
                        ParticleLayer.Workspace ws = layer.workspace(keys);
                        double[] sum = new double[keys * d];
                        for (int i = from; i < to; i++) {
                            layer.adjoint(seen[k], x[k], i * d, endBar, i * d, logBar[i], ws, sum);
                        }
                        keysBar[from / GRAIN] = sum;
                    });
            if (throughKeys) {
                for (double[] block : keysBar) {
                    for (int l = 0; l < keys; l++) {
                        for (int j = 0; j < d; j++) {
                            endBar[l * d + j] += block[j * keys + l];
                        }
                    }
                }
            }
            workers.forRanges(
                    total,
                    GRAIN,
                    (from, to) -> {
                        Back back = new Back(k, byBlock[from / GRAIN]);
                        for (int i = from; i < to; i++) {
                            back.pull(i, endBar, logBar[i], kineticBar[i], residualBar[i]);
                        }
                        back.finish();
                    });
        }
        double[] sum = byBlock[0];
        for (int b = 1; b < blocks; b++) {
            DenseProducts.addScaled(1, byBlock[b], 0, sum, 0, sum.length);
        }
        return sum;
    }

    /** The adjoint of step k of the drift, from x after it to x before it. */
    private final class Back {
        private final int k;
        private final double[] sum;
        private final Drift.Workspace ws = drift.workspace();
        private final ParticleLayer.Workspace layerWs = layer.workspace(0);
        private final double[] before = new double[d];
        private final double[] v = new double[d];
        private final double[] extra = new double[d + 1];
        private final double[] xBar = new double[d];

        Back(int k, double[] sum) {
            this.k = k;
            this.sum = sum;
        }

        void finish() {
            drift.finish(ws, sum);
        }

        void pull(int i, double[] endBar, double logBar, double kineticBar, double residualBar) {
            double dt = 1.0 / u.length;
            int o = i * d;
            transposed(endBar, o);
            drift.at(k, u[k], o, ws);
            if (logBar != 0 || residualBar != 0) {
                drift.factor(ws);
            }
            Arrays.fill(extra, 0);
            Arrays.fill(xBar, 0);
            double perLaplacian = 0;
            if (kineticBar != 0 || residualBar != 0) {
                speed(u[k], o, before, v, ws, layerWs);
                double half = 0.5 * DenseProducts.dot(v, 0, v, 0, d);
                extra[d] = dt * residualBar * Math.signum(unbalanced(half, ws, layerWs));
                perLaplacian = extra[d] / beta;
                double along = dt * kineticBar + extra[d];
                for (int j = 0; j < d; j++) {
                    extra[j] = along * v[j];
                    xBar[j] = extra[j];
                }
                DenseCholesky.solveUpperVector(factor, d, xBar, 0);
                for (int j = 0; j < d; j++) {
                    xBar[j] =
                            (perLaplacian * layerWs.second()[j]
                                            - xBar[j] * (1 - layerWs.first()[j]))
                                    / layer.step(j);
                }
                transposed(xBar, 0);
            }
            drift.pull(endBar, o, logBar, extra, perLaplacian, ws, sum);
            DenseProducts.addScaled(1, xBar, 0, endBar, o, d);
            if (k > 0) {
                DenseCholesky.solveUpperVector(factor, d, endBar, o);
            }
        }
    }

    /** x = μ + Lu. */
    private void toPrior(double[] from, int fo, double[] to, int too) {
        for (int j = 0; j < d; j++) {
            to[too + j] = centre[j] + DenseProducts.dot(factor, j * d, from, fo, j + 1);
        }
    }

    /** v ← L⁻¹v. */
    private void solve(double[] v, int o) {
        for (int j = 0; j < d; j++) {
            v[o + j] = (v[o + j] - DenseProducts.dot(factor, j * d, v, o, j)) / factor[j * d + j];
        }
    }

    /** v ← Lᵀv. */
    private void transposed(double[] v, int o) {
        for (int j = 0; j < d; j++) {
            double t = v[o + j];
            v[o + j] = 0;
            DenseProducts.addScaled(t, factor, j * d, v, o, j + 1);
        }
    }
}
