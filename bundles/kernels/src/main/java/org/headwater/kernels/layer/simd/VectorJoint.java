package org.headwater.kernels.layer.simd;

import java.util.Arrays;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.SymmetricJoint;

/**
 * The joint layer on vector registers, in single or double precision.
 *
 * <p>N²/2 exponentials, O(N²d). With g_l = exp(c − logZ_l), c the middle of the range of logZ, the
 * sums are Σ_l E_il g_l (1, y_l) with E symmetric: each tile of E is computed once and used for its
 * rows and its columns. E_ii = 1 bounds the sums below, so that no maximum is needed. A strip is a
 * block of rows with all later keys; strips are dealt to a fixed number of groups, which have
 * column sums of their own that are added in order: the result does not depend on the number of
 * threads. In up to three dimensions many particles are put in the order of a k-d tree, and tiles
 * are left out whose bounding boxes are so far apart that all their terms are negligible in a sum
 * together; in single precision and more than two dimensions the sums of a tile end where its
 * weights turn out to be.
 *
 * <p>In single precision logZ may vary by 50 bits: the least E is 2⁻⁹⁶, so that what should be 0
 * weighs at most N·2⁻⁴⁶ of a sum, and products of weights stay normal numbers. In double precision
 * 60 bits. Particles may be as many bandwidths apart as have squares.
 */
final class VectorJoint implements SymmetricJoint {
    private static final int GROUPS = 8;

    /** Dimension up to which, and number of particles from which, tiles may be far apart. */
    private static final int ORDERED_DIMENSION = 3;

    private static final int ORDERED_SIZE = 4096;

    /** Bandwidths from the mean that leave a float too few digits. */
    private static final double FAR = 100;

    private static final double LOG2_E = 1 / Math.log(2);

    private final boolean single;

    VectorJoint(Precision precision) {
        single = precision == Precision.SINGLE;
    }

    /** Largest range of logZ: 50 and 60 bits. */
    private double range() {
        return single ? 34 : 41;
    }

    /** Bandwidths between the farthest particle and the middle whose squares it can sum. */
    private double reach() {
        return single ? 1e15 : 1e150;
    }

    /** Bits below which a share of a sum is left out. */
    private double negligibleBits() {
        return single ? 28 : 60;
    }

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
        double low = Arrays.stream(logNormaliser).min().orElse(0);
        double high = Arrays.stream(logNormaliser).max().orElse(0);
        if (!(high - low <= range())) {
            return false;
        }
        double scale = Math.sqrt(kappa * LOG2_E);
        double[] centre = mean(x, n, d, workers);
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        int size = single ? PanelTile.SIZE : DoubleTile.SIZE;
        boolean ordered = d <= ORDERED_DIMENSION && n >= ORDERED_SIZE;
        if (ordered) {
            new SpatialOrder(x, d).sort(order, size, workers);
        }
        double middle = (low + high) / 2;
        ScaledPoints points = new ScaledPoints(x, d, order, centre, scale, logNormaliser, middle);
        double cut = negligibleBits() + Math.log(n) * LOG2_E + (high - low) * LOG2_E;
        JointBlocks blocks = blocks(n, d, cut);
        double radius = blocks.pack(points, workers);
        if (radius > FAR) {
            replaceByMedians(centre, x, n, FAR / scale);
            radius = blocks.pack(points, workers);
        }
        if (!(radius <= reach())) {
            blocks.close();
            return false;
        }
        BoundingBoxes boxes = ordered ? new BoundingBoxes(points, size, cut) : null;
        JointBlocks.Group[] groups = sum(blocks, boxes, workers);
        workers.forRanges(
                blocks.count,
                JointBlocks.FEW / size,
                (from, to) -> {
                    double[] sums = new double[size * (d + 1)];
                    for (int block = from; block < to; block++) {
                        blocks.sums(block, groups, sums);
                        int end = Math.min(size, n - block * size);
                        for (int i = 0; i < end; i++) {
                            int to0 = order[block * size + i];
                            double mass = sums[i * (d + 1)];
                            selfWeight[to0] = blocks.weights[block * size + i] / mass;
                            double unit = 1 / (mass * scale);
                            for (int k = 0; k < d; k++) {
                                double moment = sums[i * (d + 1) + k + 1];
                                barycentre[to0 * d + k] = centre[k] + moment * unit;
                            }
                        }
                    }
                });
        blocks.close();
        return true;
    }

    private JointBlocks blocks(int n, int d, double cut) {
        int groups = n < JointBlocks.FEW ? 1 : GROUPS;
        return single ? new PanelBlocks(n, d, groups, cut) : new DoubleBlocks(n, d, groups);
    }

    /** All strips, dealt to groups forwards and backwards in turn, so that all have equal work. */
    private static JointBlocks.Group[] sum(
            JointBlocks blocks, BoundingBoxes boxes, Workers workers) {
        JointBlocks.Group[] groups = blocks.groups();
        int count = groups.length;
        workers.forRanges(
                count,
                1,
                (from, to) -> {
                    for (int k = from; k < to; k++) {
                        groups[k].start();
                        for (int keys = 0; keys < blocks.count; keys += blocks.run()) {
                            for (int base = 0; base < blocks.count; base += 2 * count) {
                                strip(blocks, boxes, base + k, keys, groups[k]);
                                strip(blocks, boxes, base + 2 * count - 1 - k, keys, groups[k]);
                            }
                        }
                    }
                });
        return groups;
    }

    /** The pairs of a block of rows with a run of blocks of keys. */
    private static void strip(
            JointBlocks blocks, BoundingBoxes boxes, int rows, int run, JointBlocks.Group group) {
        int end = Math.min(run + blocks.run(), blocks.count);
        if (rows >= end) {
            return;
        }
        if (rows >= run) {
            group.diagonal(rows);
        }
        for (int keys = Math.max(run, rows + 1); keys < end; keys++) {
            if (boxes == null || !boxes.apart(rows, keys)) {
                group.tile(rows, keys);
            }
        }
        group.flush(rows);
    }

    private static double[] mean(double[] x, int n, int d, Workers workers) {
        int rows = JointBlocks.FEW;
        double[][] parts = new double[(n + rows - 1) / rows][d];
        workers.forRanges(
                parts.length,
                1,
                (from, to) -> {
                    for (int i = from * rows; i < Math.min(n, to * rows); i++) {
                        for (int k = 0; k < d; k++) {
                            parts[i / rows][k] += x[i * d + k];
                        }
                    }
                });
        double[] mean = new double[d];
        for (double[] part : parts) {
            for (int k = 0; k < d; k++) {
                mean[k] += part[k] / n;
            }
        }
        return mean;
    }

    /** Medians, which outliers do not move, in the place of means that a particle is far from. */
    private static void replaceByMedians(double[] mean, double[] x, int n, double far) {
        int d = mean.length;
        double[] column = new double[n];
        for (int k = 0; k < d; k++) {
            boolean outlier = false;
            for (int i = 0; i < n; i++) {
                column[i] = x[i * d + k];
                outlier |= Math.abs(column[i] - mean[k]) > far;
            }
            if (outlier) {
                Arrays.sort(column);
                mean[k] = column[n / 2];
            }
        }
    }

    /** The smallest boxes with edges along the axes that hold the blocks. */
    private static final class BoundingBoxes {
        private final int d;
        private final double cut;
        private final double[] lower;
        private final double[] upper;

        BoundingBoxes(ScaledPoints points, int size, double cut) {
            this.d = points.d();
            this.cut = cut;
            int n = points.size();
            int count = (n + size - 1) / size;
            lower = new double[count * d];
            upper = new double[count * d];
            Arrays.fill(lower, Double.POSITIVE_INFINITY);
            Arrays.fill(upper, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < n; i++) {
                int at = i / size * d;
                for (int k = 0; k < d; k++) {
                    double y = points.coordinate(i, k);
                    lower[at + k] = Math.min(lower[at + k], y);
                    upper[at + k] = Math.max(upper[at + k], y);
                }
            }
        }

        boolean apart(int a, int b) {
            double square = 0;
            for (int k = 0; k < d; k++) {
                double gap =
                        Math.max(
                                lower[a * d + k] - upper[b * d + k],
                                lower[b * d + k] - upper[a * d + k]);
                square += gap > 0 ? gap * gap : 0;
            }
            return square > cut;
        }
    }
}
