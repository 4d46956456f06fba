package org.headwater.kernels.layer;

import java.util.Arrays;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.Workers;

/**
 * The joint layer in the plane in linear time. With the kernel's standard deviation σ = 1/√(2κ) as
 * unit of length,
 *
 * <pre>S(x) = Σ_l g_l e^{−|x−x_l|²/2},   x̄_i = x_i + ∇S(x_i)/S(x_i),   w_ii = g_i/S(x_i),</pre>
 *
 * and e^{−r²/2} is, but for a factor, the convolution of Gauss functions of variance a, 1 − 2a and
 * a. The first takes the weights g_l from the particles to the P × P nodes of a grid around them,
 * the second goes over the grid, along its rows and along its columns, the third takes the sums and
 * their gradient from the nodes to the particles.
 *
 * <p>All terms of S are positive, and small sums keep their digits: nodes h apart in the place of
 * integrals change a term by at most 2e^{−2π²v/h²} of itself, v = a(1−2a)/(1−a), and h makes this
 * 2^{1−bits}. A term of distance r goes through nodes that are normal about ra, with variance
 * a(1−a), away from its particle: P leaves out 2^{−bits} of them at r² = 2(ρ + log N), where terms
 * begin to be negligible, ρ the range of log g. ∇S has 2π/h times the error. Cost O(N·P²), P about
 * 18 in single and 30 in double precision, and one pass over the grid. Memory O(N): grids, margins
 * and copies have at most 64 nodes per particle. The result does not depend on the number of
 * threads.
 *
 * <p>Source: Greengard and Lee, SIAM Review 46(3), 2004, doi:10.1137/S003614450343200X (gridding by
 * Gauss functions), with a second sum over the grid in the place of the Fourier transform.
 */
public final class PlaneTransform implements SymmetricJoint {
    /** a: a smaller one makes the grid finer, a larger one the particles' nodes more. */
    private static final double SPREAD = 0.05;

    /** Groups of particles with a grid of their own. */
    private static final int GROUPS = 8;

    /** Particles whose exponentials are taken together. */
    private static final int CHUNK = 32;

    private static final int GRAIN = 8 * CHUNK;
    private static final int LANES = 8;
    private static final int NODES_PER_PARTICLE = 64;

    /** Particles from which this is faster than tiles. */
    private static final int LEAST_SINGLE = 3000;

    private static final int LEAST_DOUBLE = 1000;

    private static final double SINGLE_BITS = 29;
    private static final double DOUBLE_BITS = 53;

    /** Largest range of log g. */
    private static final double RANGE = 41;

    private final Precision precision;
    private final LayerLoops loops;

    /**
     * A form of the layer.
     *
     * @param precision of the result; all is computed in double precision
     * @param loops inner loops
     */
    public PlaneTransform(Precision precision, LayerLoops loops) {
        this.precision = precision;
        this.loops = loops;
    }

    /** False also outside of the plane, and if particles are few or too far apart for a grid. */
    @Override
    public boolean self(
            double[] x,
            int n,
            int d,
            double kappa,
            double[] logNormaliser,
            double[] barycentre,
            double[] selfWeight,
            Workers workers) {
        boolean single = precision == Precision.SINGLE;
        if (d != 2 || n < (single ? LEAST_SINGLE : LEAST_DOUBLE)) {
            return false;
        }
        double low = Arrays.stream(logNormaliser).min().orElse(0);
        double high = Arrays.stream(logNormaliser).max().orElse(0);
        if (!(high - low <= RANGE)) {
            return false;
        }
        Grid grid = new Grid(x, n, kappa, single ? SINGLE_BITS : DOUBLE_BITS, high - low, workers);
        if (grid.rows == 0) {
            return false;
        }
        double[] g = new double[n];
        for (int i = 0; i < n; i++) {
            g[i] = logNormaliser[i] - low;
        }
        loops.negativeExponentials(g, 0, n);
        grid.interpolate(grid.convolved(grid.spread(g)), g, barycentre, selfWeight);
        return true;
    }

    /** The grid of one call, and the particles on it. */
    private final class Grid {
        private final Workers workers;
        private final double[] x;
        private final int n;

        /** h and 1/h in the particles' units; h²/2a. */
        private final double spacing;

        private final double perUnit;
        private final double decay;

        /** P, and the nodes to either side that the second Gauss function reaches. */
        private final int points;

        private final int margin;
        private final double[] taps;
        private final double lowX;
        private final double lowY;
        private final int rows;
        private final int columns;

        Grid(double[] x, int n, double kappa, double bits, double range, Workers workers) {
            this.x = x;
            this.n = n;
            this.workers = workers;
            double a = SPREAD;
            double b = 1 - 2 * a;
            double digits = bits * Math.log(2);
            double negligible = range + Math.log(n);
            double sigma = 1 / Math.sqrt(2 * kappa);
            double h = Math.PI * Math.sqrt(2 * a * b / (1 - a) / digits);
            // The tail of a normal law is e^{-s²/2}/(s√(2π)).
            double tail = digits - Math.log(4 * Math.PI * digits) / 2;
            double reach = a * Math.sqrt(2 * negligible) + Math.sqrt(2 * tail * a * (1 - a));
            points = 2 + 2 * (int) Math.ceil(reach / h);
            margin = (int) Math.ceil(Math.sqrt(2 * b * (negligible + digits)) / h);
            spacing = h * sigma;
            perUnit = 1 / spacing;
            decay = h * h / (2 * a);
            taps = new double[2 * margin + 1];
            double unit = h * h / (2 * Math.PI * a * Math.sqrt(b));
            for (int t = -margin; t <= margin; t++) {
                taps[t + margin] = unit * Math.exp(-t * t * h * h / (2 * b));
            }
            double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
            double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
            for (int i = 0; i < 2 * n; i++) {
                low[i & 1] = Math.min(low[i & 1], x[i]);
                high[i & 1] = Math.max(high[i & 1], x[i]);
            }
            lowX = low[0];
            lowY = low[1];
            // The conversion ends at the largest number, also where an extent has no finite one.
            int across = (int) ((high[0] - lowX) * perUnit);
            int down = (int) ((high[1] - lowY) * perUnit);
            long copies = down + (GROUPS + 1L) * points + 2L * margin;
            boolean fits = copies * (across + (long) points) <= (long) NODES_PER_PARTICLE * n;
            columns = fits ? (across + points + 2 * LANES - 1) / LANES * LANES : 0;
            rows = fits ? down + points + 1 : 0;
        }

        private int row(int i) {
            return (int) ((x[2 * i + 1] - lowY) * perUnit);
        }

        /** Some of the particles, and the part of the grid that they reach. */
        private final class Group {
            private final int[] order;
            private final int from;
            private final int to;
            private final int first;
            private final int end;
            private final double[] grid;

            Group(int[] order, int from, int to) {
                this.order = order;
                this.from = from;
                this.to = to;
                first = row(order[from]);
                end = row(order[to - 1]) + points;
                grid = new double[(end - first) * columns];
            }

            void spread(double[] g) {
                Weights weights = new Weights();
                for (int start = from; start < to; start += CHUNK) {
                    int stop = Math.min(start + CHUNK, to);
                    weights.of(order, start, stop);
                    for (int k = start; k < stop; k++) {
                        int i = order[k];
                        int a = weights.rows(k - start);
                        for (int t = a; t < a + points; t++) {
                            weights.e[t] *= g[i];
                        }
                        int corner = weights.corner[k - start] - first * columns;
                        int b = a + points;
                        loops.addProducts(
                                weights.e, a, points, b, weights.across, grid, corner, columns);
                    }
                }
            }
        }

        /**
         * Weights e^{−r²/2a} of the rows and of the columns of nodes around some particles.
         *
         * <p>At the fraction f of a node after the one before the particle, the t-th node is z_t −
         * f away, z_t = t + 1 − P/2, and its weight e^{−δ(z_t−f)²} = e^{−δf(f−2z_0)} · e^{−δz_t²} ·
         * (e^{2δf})^t.
         */
        private final class Weights {
            final double[] e;

            /** z. */
            final double[] z;

            /** Number of columns: P, in whole registers. */
            final int across;

            /** Where a particle's nodes start in the grid, and the fractions. */
            final int[] corner = new int[CHUNK];

            final double[] fractions = new double[2 * CHUNK];
            private final double[] gauss;
            private final double[] power = new double[LANES];
            private final double[] factors = new double[4 * CHUNK];

            Weights() {
                across = (points + LANES - 1) / LANES * LANES;
                e = new double[CHUNK * (points + across)];
                z = new double[across];
                gauss = new double[across];
                for (int t = 0; t < across; t++) {
                    z[t] = t + 1 - points / 2;
                    gauss[t] = Math.exp(-decay * z[t] * z[t]);
                }
            }

            /** Sets all for the particles order[from..to−1], not more than a chunk. */
            void of(int[] order, int from, int to) {
                for (int k = from; k < to; k++) {
                    double u = (x[2 * order[k]] - lowX) * perUnit;
                    double v = (x[2 * order[k] + 1] - lowY) * perUnit;
                    int row = (int) v;
                    int column = (int) u;
                    int at = k - from;
                    corner[at] = row * columns + column;
                    fractions[2 * at] = v - row;
                    fractions[2 * at + 1] = u - column;
                }
                int count = 2 * (to - from);
                for (int k = 0; k < count; k++) {
                    double f = fractions[k];
                    factors[2 * k] = decay * f * (f - 2 * z[0]);
                    factors[2 * k + 1] = 2 * decay * f;
                }
                loops.negativeExponentials(factors, 0, 2 * count);
                for (int k = 0; k < to - from; k++) {
                    int at = rows(k);
                    nodes(factors[4 * k], 1 / factors[4 * k + 1], at, points);
                    nodes(factors[4 * k + 2], 1 / factors[4 * k + 3], at + points, across);
                }
            }

            /** Where the rows' weights of the k-th particle start; the columns' follow. */
            int rows(int k) {
                return k * (points + across);
            }

            private void nodes(double first, double ratio, int at, int count) {
                power[0] = 1;
                power[1] = ratio;
                power[2] = ratio * ratio;
                power[3] = power[2] * ratio;
                power[4] = power[2] * power[2];
                power[5] = power[4] * ratio;
                power[6] = power[4] * power[2];
                power[7] = power[4] * power[3];
                double eighth = power[4] * power[4];
                double factor = first;
                for (int start = 0; start < count; start += LANES) {
                    for (int t = start; t < Math.min(start + LANES, count); t++) {
                        e[at + t] = factor * power[t - start] * gauss[t];
                    }
                    factor *= eighth;
                }
            }
        }

        private Group[] spread(double[] g) {
            int[] order = byRow();
            Group[] groups = new Group[Math.min(GROUPS, n)];
            workers.forRanges(
                    groups.length,
                    1,
                    (from, to) -> {
                        for (int k = from; k < to; k++) {
                            int first = (int) ((long) n * k / groups.length);
                            int end = (int) ((long) n * (k + 1) / groups.length);
                            groups[k] = new Group(order, first, end);
                            groups[k].spread(g);
                        }
                    });
            return groups;
        }

        private int[] byRow() {
            int[] start = new int[rows + 1];
            for (int i = 0; i < n; i++) {
                start[row(i) + 1]++;
            }
            for (int r = 0; r < rows; r++) {
                start[r + 1] += start[r];
            }
            int[] order = new int[n];
            for (int i = 0; i < n; i++) {
                order[start[row(i)]++] = i;
            }
            return order;
        }

        /** The groups' grids added up, after the second Gauss function. */
        private double[] convolved(Group[] groups) {
            double[] along = new double[(rows + 2 * margin) * columns];
            workers.forRanges(
                    rows,
                    16,
                    (from, to) -> {
                        double[] sum = new double[columns + 2 * margin];
                        for (int r = from; r < to; r++) {
                            Arrays.fill(sum, 0);
                            for (Group group : groups) {
                                if (r >= group.first && r < group.end) {
                                    int at = (r - group.first) * columns;
                                    for (int c = 0; c < columns; c++) {
                                        sum[margin + c] += group.grid[at + c];
                                    }
                                }
                            }
                            int to0 = (r + margin) * columns;
                            loops.addRows(taps, 0, 1, taps.length, sum, 0, 1, along, to0, columns);
                        }
                    });
            double[] both = new double[rows * columns];
            workers.forRanges(
                    rows,
                    16,
                    (from, to) -> {
                        for (int r = from; r < to; r++) {
                            int at = r * columns;
                            loops.addRows(
                                    taps, 0, 1, taps.length, along, at, columns, both, at, columns);
                        }
                    });
            return both;
        }

        private void interpolate(
                double[] grid, double[] g, double[] barycentre, double[] selfWeight) {
            int[] order = new int[n];
            Arrays.setAll(order, i -> i);
            double step = spacing / SPREAD;
            workers.forRanges(
                    n,
                    GRAIN,
                    (from, to) -> {
                        Weights weights = new Weights();
                        double[] sums = new double[3];
                        for (int start = from; start < to; start += CHUNK) {
                            int stop = Math.min(start + CHUNK, to);
                            weights.of(order, start, stop);
                            for (int i = start; i < stop; i++) {
                                int k = i - start;
                                int a = weights.rows(k);
                                loops.sumProducts(
                                        weights.e,
                                        a,
                                        points,
                                        a + points,
                                        weights.across,
                                        weights.z,
                                        grid,
                                        weights.corner[k],
                                        columns,
                                        sums);
                                double unit = 1 / sums[0];
                                double right = sums[1] * unit - weights.fractions[2 * k + 1];
                                double down = sums[2] * unit - weights.fractions[2 * k];
                                selfWeight[i] = g[i] * unit;
                                barycentre[2 * i] = x[2 * i] + step * right;
                                barycentre[2 * i + 1] = x[2 * i + 1] + step * down;
                            }
                        }
                    });
        }
    }
}
