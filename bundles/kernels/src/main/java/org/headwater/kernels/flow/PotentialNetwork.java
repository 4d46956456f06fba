package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.RandomStream;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.special.Exponential;

/**
 * The potential of OT-Flow, a two-layer residual network plus a quadratic, at s = (x, t):
 *
 * <pre>
 * φ(s) = w·u₁ + ½|As|² + b·s,  u₀ = act(K₀s + b₀),  u₁ = u₀ + act(K₁u₀ + b₁),
 * act(z) = |z| + log(1 + e^{−2|z|}),  act′ = tanh.
 * </pre>
 *
 * <p>With t₀ = tanh(K₀s + b₀), t₁ = tanh(K₁u₀ + b₁), z₁ = w + K₁ᵀ(w∘t₁), c₀ = (1 − t₀²)∘z₁, c₁ = (1
 * − t₁²)∘w and J = K₁·diag(t₀)·Kx, Kx the first d columns of K₀:
 *
 * <pre>
 * ∇φ = K₀ᵀ(t₀∘z₁) + AᵀAs + b,    H = Kxᵀdiag(c₀)Kx + Jᵀdiag(c₁)J + AxᵀAx.
 * </pre>
 *
 * <p>H acts on the span of the rows of Kx and Ax alone. With these rows, [Kx; Ax] = L·Q, Q of k =
 * min(d, m + r) orthonormal rows, it is H = QᵀSQ, S of order k: the formula above with L's rows in
 * the place of Kx and Ax. L and Q are the same at all points ({@link Weights}); in many dimensions
 * S is far smaller than H, and what is computed at a point does not grow with d².
 *
 * <p>All derivatives are exact; the adjoints are derived by hand. Parameters lie one after the
 * other in one array: K₀ (m × (d+1)), b₀, K₁ (m × m), b₁, w (m each), A (r × (d+1)), b (d+1).
 * Immutable; what a point needs is in a {@link Workspace}, used by one thread at a time.
 *
 * <p>Source: arXiv 2006.00104, eqs. 10–14; the Hessian within its span and its adjoint are ours.
 */
public final class PotentialNetwork {
    private static final double FIRST_QUADRATIC = 0.01;

    /** A row that others span but for this share has no direction of its own. */
    private static final double DEPENDENT = 1e-13;

    private final int d;
    private final int m;
    private final int r;
    private final int k;
    private final int oB0;
    private final int oK1;
    private final int oB1;
    private final int oW;
    private final int oA;
    private final int oB;
    private final int size;

    private PotentialNetwork(int d, int m, int r) {
        this.d = d;
        this.m = m;
        this.r = r;
        k = Math.min(d, m + r);
        oB0 = m * (d + 1);
        oK1 = oB0 + m;
        oB1 = oK1 + m * m;
        oW = oB1 + m;
        oA = oW + m;
        oB = oA + r * (d + 1);
        size = oB + d + 1;
    }

    /**
     * A network.
     *
     * @param dimension d ≥ 1
     * @param width m ≥ 1
     * @param rank r ≥ 0, rows of A
     */
    public static PotentialNetwork of(int dimension, int width, int rank) {
        if (dimension < 1 || width < 1 || rank < 0) {
            throw new IllegalArgumentException(
                    "a network needs d, m ≥ 1 and r ≥ 0, got "
                            + dimension
                            + ", "
                            + width
                            + ", "
                            + rank);
        }
        return new PotentialNetwork(dimension, width, rank);
    }

    /** d. */
    public int dimension() {
        return d;
    }

    /** k, the order of {@link #hessian}. */
    int order() {
        return k;
    }

    /** The number of parameters. */
    public int size() {
        return size;
    }

    /**
     * Parameters to begin a training with: w = 0, so that the drift is all but 0; the rest normal,
     * scaled by the fan-in.
     *
     * @param p parameters from {@code offset} on, modified
     */
    public void initialise(RandomStream random, double[] p, int offset) {
        Arrays.fill(p, offset, offset + size, 0);
        for (int i = 0; i < m * (d + 1); i++) {
            p[offset + i] = random.gaussian() / Math.sqrt(d + 1);
        }
        for (int i = 0; i < m * m; i++) {
            p[offset + oK1 + i] = random.gaussian() / Math.sqrt(m);
        }
        for (int i = 0; i < r * (d + 1); i++) {
            p[offset + oA + i] = FIRST_QUADRATIC * random.gaussian();
        }
    }

    /** Parameters, with what H needs of them at every point. Immutable. */
    public static final class Weights {
        private final double[] p;
        private final double[] l;
        private final double[] q;

        private Weights(double[] p, double[] l, double[] q) {
            this.p = p;
            this.l = l;
            this.q = q;
        }
    }

    /**
     * Parameters with L and Q; Q is the identity where k = d. O((m + r)²d).
     *
     * @param p parameters, shared
     */
    public Weights weights(double[] p) {
        double[] l = new double[(m + r) * k];
        if (k == d) {
            for (int i = 0; i < m + r; i++) {
                System.arraycopy(p, row(i), l, i * d, d);
            }
            return new Weights(p, l, null);
        }
        double[] q = new double[k * d];
        for (int i = 0; i < k; i++) {
            System.arraycopy(p, row(i), q, i * d, d);
            double before = Math.sqrt(DenseProducts.dot(q, i * d, q, i * d, d));
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    double along = DenseProducts.dot(q, i * d, q, j * d, d);
                    l[i * k + j] += along;
                    DenseProducts.addScaled(-along, q, j * d, q, i * d, d);
                }
            }
            double rest = Math.sqrt(DenseProducts.dot(q, i * d, q, i * d, d));
            boolean within = rest <= DEPENDENT * before;
            l[i * k + i] = within ? 0 : rest;
            for (int j = i * d; j < (i + 1) * d; j++) {
                q[j] = within ? 0 : q[j] / rest;
            }
        }
        return new Weights(p, l, q);
    }

    /** Where row i of Kx, and after them of Ax, lies among the parameters. */
    private int row(int i) {
        return i < m ? i * (d + 1) : oA + (i - m) * (d + 1);
    }

    /** What the evaluation at one point leaves for its derivatives. */
    public static final class Workspace {
        private final double[] s;
        private final double[] a;
        private final double[] t0;
        private final double[] u0;
        private final double[] t1;
        private final double[] q1;
        private final double[] z1;
        private final double[] c0;
        private final double[] c1;
        private final double[] as;
        private final double[] j;
        private final double[] scaled;
        private final double[] kg;
        private final double[] jg;
        private final double[] mm;
        private final double[] aG;
        private final double[] lBar;
        private final double[] inside;
        private final double[] v;
        private final double[] zBar;
        private final double[] tBar;
        private final double[] qBar;
        private final double[] pG;
        private final double[] a0Bar;
        private final double[] a1Bar;

        private Workspace(int d, int m, int r, int k) {
            s = new double[d + 1];
            a = new double[m];
            t0 = new double[m];
            u0 = new double[m];
            t1 = new double[m];
            q1 = new double[m];
            z1 = new double[m];
            c0 = new double[m];
            c1 = new double[m];
            as = new double[r];
            j = new double[m * k];
            scaled = new double[m * k];
            kg = new double[m * k];
            jg = new double[m * k];
            mm = new double[m * k];
            aG = new double[r * k];
            lBar = new double[(m + r) * k];
            inside = new double[k];
            v = new double[m];
            zBar = new double[m];
            tBar = new double[m];
            qBar = new double[m];
            pG = new double[m];
            a0Bar = new double[m];
            a1Bar = new double[m];
        }
    }

    /** A workspace of this network's sizes. */
    public Workspace workspace() {
        return new Workspace(d, m, r, k);
    }

    /**
     * ∇φ at a point; the workspace then belongs to it. O(m(d + m) + rd).
     *
     * @param weights the parameters
     * @param x d values from {@code xo} on, not modified
     * @param t time
     * @param gradient ∇φ, d + 1 values with ∂φ/∂t last, modified
     */
    public void gradient(
            Weights weights, double[] x, int xo, double t, Workspace ws, double[] gradient) {
        double[] p = weights.p;
        int n = d + 1;
        System.arraycopy(x, xo, ws.s, 0, d);
        ws.s[d] = t;
        for (int i = 0; i < m; i++) {
            double a = DenseProducts.dot(p, i * n, ws.s, 0, n) + p[oB0 + i];
            double size = Math.abs(a);
            double e = decay(size);
            ws.t0[i] = Math.copySign((1 - e) / (1 + e), a);
            ws.u0[i] = size + Math.log(1 + e);
        }
        System.arraycopy(p, oW, ws.z1, 0, m);
        for (int i = 0; i < m; i++) {
            double a = DenseProducts.dot(p, oK1 + i * m, ws.u0, 0, m) + p[oB1 + i];
            double e = decay(Math.abs(a));
            double t1 = Math.copySign((1 - e) / (1 + e), a);
            double w = p[oW + i];
            ws.a[i] = a;
            ws.t1[i] = t1;
            ws.q1[i] = w * t1;
            ws.c1[i] = w * (1 - t1 * t1);
        }
        DenseProducts.addProduct(ws.q1, 0, 0, 1, p, oK1, m, 1, m, m, ws.z1, 0, 0);
        System.arraycopy(p, oB, gradient, 0, n);
        for (int i = 0; i < m; i++) {
            ws.c0[i] = (1 - ws.t0[i] * ws.t0[i]) * ws.z1[i];
            ws.v[i] = ws.t0[i] * ws.z1[i];
        }
        DenseProducts.addProduct(ws.v, 0, 0, 1, p, 0, n, 1, m, n, gradient, 0, 0);
        for (int i = 0; i < r; i++) {
            ws.as[i] = DenseProducts.dot(p, oA + i * n, ws.s, 0, n);
            DenseProducts.addScaled(ws.as[i], p, oA + i * n, gradient, 0, n);
        }
    }

    /** e^{−2z}, z ≥ 0. */
    private static double decay(double z) {
        return Exponential.exp(Math.max(-2 * z, Exponential.LEAST));
    }

    /** φ at the workspace's point, after {@link #gradient}. O(m + rd). */
    public double value(Weights weights, Workspace ws) {
        double[] p = weights.p;
        double phi = DenseProducts.dot(p, oB, ws.s, 0, d + 1);
        for (int i = 0; i < m; i++) {
            double size = Math.abs(ws.a[i]);
            phi += p[oW + i] * (ws.u0[i] + size + Math.log(1 + decay(size)));
        }
        return phi + 0.5 * DenseProducts.dot(ws.as, 0, ws.as, 0, r);
    }

    /**
     * S at the workspace's point, after {@link #gradient}: H itself where k = d. O(m²k + (2m +
     * r)k²/2).
     *
     * @param weights the parameters
     * @param hessian k × k, modified
     */
    public void hessian(Weights weights, Workspace ws, double[] hessian) {
        double[] l = weights.l;
        for (int i = 0; i < m; i++) {
            double t = ws.t0[i];
            for (int j = 0; j < k; j++) {
                double v = l[i * k + j];
                ws.scaled[j * m + i] = t * v;
                ws.mm[i * k + j] = t * v;
                ws.kg[i * k + j] = ws.c0[i] * v;
            }
        }
        Arrays.fill(ws.j, 0);
        DenseProducts.addProduct(weights.p, oK1, m, 1, ws.mm, 0, k, m, m, k, ws.j, 0, k);
        for (int i = 0; i < m; i++) {
            for (int j = i * k; j < (i + 1) * k; j++) {
                ws.jg[j] = ws.c1[i] * ws.j[j];
            }
        }
        Arrays.fill(hessian, 0, k * k, 0);
        for (int i = 0; i < k; i++) {
            // the lower half of row i
            int row = i * k;
            DenseProducts.addProduct(ws.kg, i, 0, k, l, 0, k, 1, m, i + 1, hessian, row, 0);
            DenseProducts.addProduct(ws.jg, i, 0, k, ws.j, 0, k, 1, m, i + 1, hessian, row, 0);
            DenseProducts.addProduct(l, m * k + i, 0, k, l, m * k, k, 1, r, i + 1, hessian, row, 0);
            for (int j = 0; j < i; j++) {
                hessian[j * k + i] = hessian[i * k + j];
            }
        }
    }

    /**
     * v ← v + Qᵀ(F − I)Qv: a function of H in all of space from that of S in its span. O(kd).
     *
     * @param f F, k × k, not modified
     * @param v d values from {@code vo} on, modified
     */
    void multiply(Weights weights, double[] f, double[] v, int vo, Workspace ws) {
        double[] q = weights.q;
        for (int i = 0; i < k; i++) {
            ws.inside[i] = q == null ? v[vo + i] : DenseProducts.dot(q, i * d, v, vo, d);
        }
        for (int i = 0; i < k; i++) {
            double out = DenseProducts.dot(f, i * k, ws.inside, 0, k);
            if (q == null) {
                v[vo + i] = out;
            } else {
                DenseProducts.addScaled(out - ws.inside[i], q, i * d, v, vo, d);
            }
        }
    }

    /**
     * Adds the derivatives of γ·∇φ + tr(GS) at the workspace's point, after {@link #hessian}, those
     * through L to the workspace, from which {@link #finish} takes them. O(md + m²k + mk²).
     *
     * @param weights the parameters
     * @param gamma γ, d + 1 values, not modified
     * @param g symmetric G, k × k, not modified; null for 0
     * @param pBar derivatives with respect to the parameters, from {@code po} on, added to
     * @param sBar derivatives with respect to (x, t), d + 1 values, modified
     */
    public void adjoint(
            Weights weights,
            Workspace ws,
            double[] gamma,
            double[] g,
            double[] pBar,
            int po,
            double[] sBar) {
        double[] p = weights.p;
        int n = d + 1;
        for (int i = 0; i < m; i++) {
            ws.v[i] = DenseProducts.dot(p, i * n, gamma, 0, n);
            ws.zBar[i] = ws.t0[i] * ws.v[i];
            ws.tBar[i] = ws.z1[i] * ws.v[i];
            DenseProducts.addScaled(ws.t0[i] * ws.z1[i], gamma, 0, pBar, po + i * n, n);
        }
        if (g == null) {
            Arrays.fill(ws.pG, 0);
        } else {
            backFromHessian(weights, ws, g);
            throughRows(weights, ws, g, pBar, po + oK1);
        }
        backToPoint(weights, ws, sBar);
        for (int i = 0; i < m; i++) {
            double t = ws.t1[i];
            int row = po + oK1 + i * m;
            pBar[po + oW + i] += ws.zBar[i] + (1 - t * t) * ws.pG[i] + t * ws.qBar[i];
            pBar[po + oB1 + i] += ws.a1Bar[i];
            DenseProducts.addScaled(ws.q1[i], ws.zBar, 0, pBar, row, m);
            DenseProducts.addScaled(ws.a1Bar[i], ws.u0, 0, pBar, row, m);
            pBar[po + oB0 + i] += ws.a0Bar[i];
            DenseProducts.addScaled(ws.a0Bar[i], ws.s, 0, pBar, po + i * n, n);
        }
        for (int i = 0; i < r; i++) {
            double along = DenseProducts.dot(p, oA + i * n, gamma, 0, n);
            DenseProducts.addScaled(along, p, oA + i * n, sBar, 0, n);
            DenseProducts.addScaled(ws.as[i], gamma, 0, pBar, po + oA + i * n, n);
            DenseProducts.addScaled(along, ws.s, 0, pBar, po + oA + i * n, n);
        }
        DenseProducts.addScaled(1, gamma, 0, pBar, po + oB, n);
    }

    /**
     * The derivative of tr(GS) with respect to the workspace's point, after {@link #hessian}. O(md
     * + m²k + mk²).
     *
     * @param weights the parameters
     * @param g symmetric G, k × k, not modified
     * @param sBar derivatives with respect to (x, t), d + 1 values, modified
     */
    void gradientOfTrace(Weights weights, Workspace ws, double[] g, double[] sBar) {
        Arrays.fill(ws.zBar, 0);
        Arrays.fill(ws.tBar, 0);
        backFromHessian(weights, ws, g);
        backToPoint(weights, ws, sBar);
    }

    /** From tr(GS) to z₁ and t₀, added to, and to what stands before c₁. */
    private void backFromHessian(Weights weights, Workspace ws, double[] g) {
        double[] l = weights.l;
        Arrays.fill(ws.kg, 0);
        DenseProducts.addProduct(l, 0, k, 1, g, 0, k, m, k, k, ws.kg, 0, k);
        Arrays.fill(ws.jg, 0);
        DenseProducts.addProduct(ws.j, 0, k, 1, g, 0, k, m, k, k, ws.jg, 0, k);
        for (int i = 0; i < m; i++) {
            double t = ws.t0[i];
            double rG = DenseProducts.dot(ws.kg, i * k, l, i * k, k);
            ws.pG[i] = DenseProducts.dot(ws.jg, i * k, ws.j, i * k, k);
            ws.zBar[i] += (1 - t * t) * rG;
            ws.tBar[i] -= 2 * t * ws.z1[i] * rG;
        }
        // J̄ = 2 diag(c₁)JG in the place of JG; K₁ᵀJ̄.
        for (int i = 0; i < m; i++) {
            double c = 2 * ws.c1[i];
            for (int j = i * k; j < (i + 1) * k; j++) {
                ws.jg[j] *= c;
            }
        }
        Arrays.fill(ws.mm, 0);
        DenseProducts.addProduct(weights.p, oK1, 1, m, ws.jg, 0, k, m, m, k, ws.mm, 0, k);
        for (int i = 0; i < m; i++) {
            ws.tBar[i] += DenseProducts.dot(ws.mm, i * k, l, i * k, k);
        }
    }

    /** From z₁, t₀ and c₁ to the two layers' arguments and to the point. */
    private void backToPoint(Weights weights, Workspace ws, double[] sBar) {
        double[] p = weights.p;
        int n = d + 1;
        for (int i = 0; i < m; i++) {
            double t = ws.t1[i];
            double w = p[oW + i];
            ws.qBar[i] = DenseProducts.dot(p, oK1 + i * m, ws.zBar, 0, m);
            ws.a1Bar[i] = (1 - t * t) * (w * ws.qBar[i] - 2 * t * w * ws.pG[i]);
        }
        Arrays.fill(ws.v, 0);
        DenseProducts.addProduct(ws.a1Bar, 0, 0, 1, p, oK1, m, 1, m, m, ws.v, 0, 0);
        for (int i = 0; i < m; i++) {
            double t = ws.t0[i];
            ws.a0Bar[i] = t * ws.v[i] + (1 - t * t) * ws.tBar[i];
        }
        Arrays.fill(sBar, 0, n, 0);
        DenseProducts.addProduct(ws.a0Bar, 0, 0, 1, p, 0, n, 1, m, n, sBar, 0, 0);
    }

    /** From tr(GS) to K₁, and to L, after {@link #backFromHessian}. */
    private void throughRows(Weights weights, Workspace ws, double[] g, double[] pBar, int k1) {
        DenseProducts.addProduct(ws.jg, 0, k, 1, ws.scaled, 0, m, m, k, m, pBar, k1, m);
        for (int i = 0; i < m; i++) {
            DenseProducts.addScaled(2 * ws.c0[i], ws.kg, i * k, ws.lBar, i * k, k);
            DenseProducts.addScaled(ws.t0[i], ws.mm, i * k, ws.lBar, i * k, k);
        }
        Arrays.fill(ws.aG, 0);
        DenseProducts.addProduct(weights.l, m * k, k, 1, g, 0, k, r, k, k, ws.aG, 0, k);
        DenseProducts.addScaled(2, ws.aG, 0, ws.lBar, m * k, r * k);
    }

    /**
     * Adds what {@link #adjoint} left in a workspace since the last time, L̄·Q, to the derivatives.
     * O((m + r)kd).
     *
     * @param pBar derivatives with respect to the parameters, from {@code po} on, added to
     */
    public void finish(Weights weights, Workspace ws, double[] pBar, int po) {
        for (int i = 0; i < m + r; i++) {
            int to = po + row(i);
            if (weights.q == null) {
                DenseProducts.addScaled(1, ws.lBar, i * k, pBar, to, d);
            } else {
                DenseProducts.addProduct(
                        ws.lBar, i * k, 0, 1, weights.q, 0, d, 1, k, d, pBar, to, 0);
            }
        }
        Arrays.fill(ws.lBar, 0);
    }
}
