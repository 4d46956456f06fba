package org.headwater.kernels.sparse;

/**
 * Arithmetic on W problems of one shape at a time, one problem to a lane: number i of problem w
 * stands at i·W + w. Lanes never mix, so a problem's result does not depend on its neighbours, nor
 * on W: {@link #best} and {@link #scalar} give the same bits. Sums run in index order, each term by
 * one fused multiply-add. Immutable and thread-safe.
 *
 * <p>W is the machine's vector width where the JVM was started with {@code --add-modules
 * jdk.incubator.vector}, else 1.
 */
public abstract class Lanes {
    /** For the implementations. */
    protected Lanes() {}

    /** The widest lanes of this JVM. */
    public static Lanes best() {
        return Best.LANES;
    }

    /** One lane, in plain Java. */
    public static Lanes scalar() {
        return Best.SCALAR;
    }

    /** W, the number of lanes. */
    public abstract int width();

    /** What is done with problems first … first + count − 1 side by side. */
    @FunctionalInterface
    public interface Batch {
        /**
         * @param count 1, or at most W
         */
        void run(int first, int count);
    }

    /**
     * Cuts problems from … to − 1 into batches of at most W; few (at most W/4) become batches of
     * one, which {@link #scalar} does in less time.
     */
    public final void cut(int from, int to, Batch batch) {
        int first = from;
        while (first < to) {
            int count = Math.min(width(), to - first);
            if (4 * count <= width()) {
                count = 1;
            }
            batch.run(first, count);
            first += count;
        }
    }

    /**
     * Puts numbers into a lane: {@code to[i·W + lane] = from[offset + i]}.
     *
     * @param from not modified
     * @param to modified
     */
    public final void put(double[] from, int offset, int count, double[] to, int lane) {
        int width = width();
        for (int i = 0; i < count; i++) {
            to[i * width + lane] = from[offset + i];
        }
    }

    /**
     * Takes the numbers of a lane: {@code to[offset + i] = from[i·W + lane]}.
     *
     * @param from not modified
     * @param to modified
     */
    public final void take(double[] from, int lane, double[] to, int offset, int count) {
        int width = width();
        for (int i = 0; i < count; i++) {
            to[offset + i] = from[i * width + lane];
        }
    }

    /**
     * Factors the columns begin … end − 1 of L, whose patterns agree below them, as far down as
     * they go.
     *
     * @param l entries of L by position, × W
     * @param inverse 1/L_jj, n × W
     * @param start position of each column's diagonal
     */
    protected abstract void factorPanel(
            double[] l, double[] inverse, int[] start, int begin, int end);

    /**
     * Subtracts the products of the rows below a panel in one of its columns from later columns.
     *
     * @param targets positions to change, from {@code q} on, as in {@link SymbolicCholesky}
     * @param below number of rows below the panel
     * @param p position of the first of them
     */
    protected abstract void update(double[] l, int[] targets, int q, int below, int p);

    /** {@link #update} for four columns of a panel at once. */
    protected abstract void update(
            double[] l, int[] targets, int q, int below, int p0, int p1, int p2, int p3);

    /**
     * Solves the rows begin … end − 1 of Lᵀx = y, columns of one panel, from the last: in each the
     * rows below the panel ascending, then those of the panel descending.
     *
     * @param rows row of each position
     * @param below number of rows below the panel
     */
    protected abstract void backward(
            double[] l,
            double[] inverse,
            int[] start,
            int[] rows,
            int begin,
            int end,
            int below,
            double[] x,
            int columns);

    /** Solves row j of Ly = b and subtracts what it takes off the later ones. */
    protected abstract void forward(
            double[] l, double[] inverse, int[] start, int[] rows, int j, double[] x, int columns);

    /** {@link #multiply} with the rows' places, starts, columns and values. */
    protected abstract void multiply(
            int[] place, int[] start, int[] column, double[] value, double[] x, double[] y);

    /**
     * Products y = Ax with the rows of a sparse matrix. Cost: 2·nonzeros flops a lane.
     *
     * @param x columns × W, not modified
     * @param y the places of the matrix's rows (row × W) are overwritten, others left
     */
    public final void multiply(SparseRows a, double[] x, double[] y) {
        multiply(a.place, a.start, a.column, a.value, x, y);
    }

    /**
     * Adds the products of a dense block that lies scattered in a matrix: y[rows] += A·x[columns].
     * Cost: 2·rows·columns flops a lane.
     *
     * @param a block, rows × columns row-major, the same for all lanes. Not modified.
     * @param rows distinct places of the block's rows in y
     * @param columns places of the block's columns in x
     * @param x not modified
     * @param y the places {@code rows} are modified
     */
    public abstract void addBlock(double[] a, int[] rows, int[] columns, double[] x, double[] y);

    /**
     * y_k = Σ_c d_c (x_ic − x_jc)² for pairs (i, j) of rows of x. Cost: 3·columns flops a pair and
     * lane.
     *
     * @param pairs i and j of each k
     * @param x rows × columns × W, not modified
     * @param columns columns of x
     * @param d columns × W, not modified
     * @param y pairs × W, overwritten
     */
    public abstract void squaredDifferences(
            int[] pairs, double[] x, int columns, double[] d, double[] y);

    /**
     * Whether all numbers of a lane are positive and finite.
     *
     * @param x count × W, not modified
     * @param count numbers in a lane
     * @param positive W values, overwritten
     */
    public abstract void positive(double[] x, int count, boolean[] positive);

    /**
     * y_i = f·exp(x_i), each lane with its own factor f; exp within 1.5 units in the last place, 0
     * and infinity beyond the range of a double.
     *
     * @param x count × W, not modified
     * @param factor f, W values. Not modified.
     * @param count numbers in a lane
     * @param y count × W, overwritten; may be {@code x}
     */
    public abstract void exp(double[] x, double[] factor, int count, double[] y);

    /** e^x = 2^k e^r, k = round(x log₂e), r = x − k ln 2 in two parts, |r| ≤ ln 2/2. */
    protected static final double LOG2_E = 1.4426950408889634;

    protected static final double LN2_HIGH = 0x1.62e42fefa39efp-1;
    protected static final double LN2_LOW = 0x1.abc9e3b39803fp-56;

    /** Beyond ±this, e^x is 0 or infinite. */
    protected static final double EXP_LIMIT = 1000;

    /** 1.5·2⁵²: added to a number and taken off again, it rounds to an integer. */
    protected static final double ROUNDER = 0x1.8p52;

    /** {@link #ROUNDER} plus the bias of exponents: the low bits of a sum are those of 2^k. */
    protected static final double BIASED = ROUNDER + 1023;

    /** 1/k!, k = 13 … 2: the Taylor series of e^r, whose remainder is below 2⁻⁵⁶. */
    protected static final double[] EXP_SERIES = {
        1.0 / 6227020800.0,
        1.0 / 479001600.0,
        1.0 / 39916800.0,
        1.0 / 3628800.0,
        1.0 / 362880.0,
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5
    };

    /** Found when first asked for. */
    private static final class Best {
        private static final String VECTOR = "org.headwater.kernels.sparse.simd.VectorLanes";
        static final Lanes SCALAR = new ScalarLanes();
        static final Lanes LANES = lanes();

        private static Lanes lanes() {
            try {
                Class.forName("jdk.incubator.vector.Vector");
                return (Lanes) Class.forName(VECTOR).getDeclaredConstructor().newInstance();
            } catch (ReflectiveOperationException | LinkageError e) {
                return SCALAR;
            }
        }
    }
}
