package org.headwater.kernels.layer;

import org.headwater.api.KernelBackend.Precision;

/**
 * The innermost loops of the layers and of dense products, in one implementation: scalar, or on the
 * machine's vector registers. Stateless. Results of two implementations agree to rounding.
 */
public interface LayerLoops {
    /** What runs, e.g. {@code scalar} or {@code 512-bit vectors}. */
    String description();

    /** How many doubles are computed at once. */
    int lanes();

    /**
     * e^{−q} in place; 0 where q &gt; 708.
     *
     * @param q values ≥ 0, modified from {@code from} to {@code to} − 1
     */
    void negativeExponentials(double[] q, int from, int to);

    /**
     * Adds the pairs of key i with the keys from..end−1 to the sums of both, e = exp(−κ(u_l−u_i)²):
     * s0_i += g_l·e, s1_i += g_l·e·(u_l−u_i), and the same the other way round.
     *
     * @param u keys, not modified
     * @param g weights, not modified
     * @param kappa κ
     * @param i one key
     * @param from where the others start, i is not one of them
     * @param end where they end
     * @param s0 sums of weights, modified
     * @param s1 sums of weighted differences, modified
     */
    void pairs(
            double[] u,
            double[] g,
            double kappa,
            int i,
            int from,
            int end,
            double[] s0,
            double[] s1);

    /**
     * Moments Σ_i w_i z_i^k for k = 0..count−1 of the points from..to−1.
     *
     * @param w weights, modified (workspace)
     * @param z not modified
     * @param from first point
     * @param to end of the points
     * @param out modified from {@code at} on
     * @param at where the first moment goes
     * @param count number of moments
     */
    void moments(double[] w, double[] z, int from, int to, double[] out, int at, int count);

    /**
     * Adds to two functions' values at {@code nodes} points: with b_p = Σ_k A_kp m_k and c_p = Σ_k
     * A_kp m_{k+1}: y0_p += f·b_p, y1_p += f1·c_p + f2·b_p.
     *
     * @param a matrix A, terms × nodes from {@code ao} on, not modified
     * @param ao where A starts
     * @param m terms + 1 moments from {@code mo} on, not modified
     * @param mo where the moments start
     * @param terms number of terms
     * @param nodes number of points, a multiple of 8
     * @param f f
     * @param f1 f1
     * @param f2 f2
     * @param y0 modified
     * @param y1 modified
     */
    void expand(
            double[] a,
            int ao,
            double[] m,
            int mo,
            int terms,
            int nodes,
            double f,
            double f1,
            double f2,
            double[] y0,
            double[] y1);

    /**
     * Two Chebyshev series at the points from..to−1: Σ_k c_k T_k(z), by Clenshaw's recurrence.
     *
     * @param c0 coefficients, not modified
     * @param c1 coefficients, not modified
     * @param count number of coefficients of each
     * @param z points in [−1, 1], not modified
     * @param from first point
     * @param to end of the points
     * @param out0 values of the first, modified
     * @param out1 values of the second, modified
     */
    void chebyshev(
            double[] c0,
            double[] c1,
            int count,
            double[] z,
            int from,
            int to,
            double[] out0,
            double[] out1);

    /**
     * Adds a combination of rows: out_i += Σ_t a_t·B_ti.
     *
     * @param a a_t stands at {@code ao + t·step}, not modified
     * @param ao where the factors start
     * @param step from one factor to the next
     * @param count number of factors and of rows
     * @param b B_ti stands at {@code bo + t·stride + i}, not modified
     * @param bo where the first row starts
     * @param stride from one row to the next
     * @param out modified from {@code oo} on; may be a or b, but for the numbers that are read
     * @param oo where the first value is
     * @param n number of values
     */
    void addRows(
            double[] a,
            int ao,
            int step,
            int count,
            double[] b,
            int bo,
            int stride,
            double[] out,
            int oo,
            int n);

    /**
     * grid_{r·stride+c} += a_r·b_c.
     *
     * @param e holds a and b, not modified
     * @param ao where a starts
     * @param rows number of its values
     * @param bo where b starts
     * @param columns number of its values, a multiple of 8
     * @param grid modified from {@code at} on; not e
     * @param at where the first product goes
     * @param stride from one row to the next
     */
    void addProducts(
            double[] e, int ao, int rows, int bo, int columns, double[] grid, int at, int stride);

    /**
     * Sums of a grid with the factors a_r of its rows and b_c of its columns, over all rows and
     * columns: Σ a_r G_rc b_c, Σ a_r G_rc b_c z_c and Σ z_r a_r G_rc b_c, G_rc = grid_{r·stride+c}.
     *
     * @param e holds a and b, not modified
     * @param ao where a starts
     * @param rows number of its values
     * @param bo where b starts
     * @param columns number of its values, a multiple of 8
     * @param z as many values as the longer has, not modified
     * @param grid not modified
     * @param at where the first term is
     * @param stride from one row to the next
     * @param out 3 values, modified
     */
    void sumProducts(
            double[] e,
            int ao,
            int rows,
            int bo,
            int columns,
            double[] z,
            double[] grid,
            int at,
            int stride,
            double[] out);

    /** The joint layer by symmetric tiles, or null where it has no fast form. */
    SymmetricJoint joint(Precision precision);

    /** The fastest loops that this Java machine can run. */
    static LayerLoops best() {
        return Best.LOOPS;
    }

    /** Looks once for the Vector API, which is there only with --add-modules. */
    final class Best {
        private static final String VECTOR = "org.headwater.kernels.layer.simd.VectorLoops";
        private static final LayerLoops LOOPS = find();

        private Best() {}

        private static LayerLoops find() {
            try {
                // The test class first: where it is missing, ours must not be linked.
                Class.forName("jdk.incubator.vector.Vector");
                return (LayerLoops) Class.forName(VECTOR).getDeclaredConstructor().newInstance();
            } catch (ReflectiveOperationException | LinkageError e) {
                return new ScalarLoops();
            }
        }
    }
}
