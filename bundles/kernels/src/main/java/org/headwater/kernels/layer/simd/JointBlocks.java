package org.headwater.kernels.layer.simd;

import java.util.Arrays;
import org.headwater.api.Workers;

/** The particles of one call in blocks, and how the pairs of two blocks are summed. */
abstract class JointBlocks {
    /** Particles below which one thread is enough. */
    static final int FEW = 1000;

    private static final int RUN = 2048;

    /** Points of a block. */
    final int size;

    /** Number of blocks, the last one filled with points of weight 0. */
    final int count;

    final int n;
    final int d;

    /** g_i, as many as the blocks have points. */
    final double[] weights;

    /** Row sums Σ_l E_il g_l (1, y_l): points × (d + 1), each written by its own strip. */
    final double[] rowSums;

    JointBlocks(int n, int d, int size) {
        this.size = size;
        this.n = n;
        this.d = d;
        count = (n + size - 1) / size;
        rowSums = new double[count * size * (d + 1)];
        weights = new double[count * size];
    }

    /** Packs all blocks; returns the largest |y|. */
    double pack(ScaledPoints points, Workers workers) {
        double[] largest = new double[count];
        workers.forRanges(
                count,
                FEW / size,
                (from, to) -> {
                    for (int block = from; block < to; block++) {
                        int first = block * size;
                        int end = Math.min(n, first + size);
                        for (int i = first; i < end; i++) {
                            weights[i] = points.weight(i);
                        }
                        largest[block] = pack(points, block, first, end);
                    }
                });
        return Math.sqrt(Arrays.stream(largest).max().orElse(0));
    }

    /**
     * Packs a block of the particles first ≤ i &lt; end, whose {@link #weights} are known; returns
     * the largest |y|².
     */
    abstract double pack(ScaledPoints points, int block, int first, int end);

    /**
     * Blocks of keys with which all strips of a group are done before the next ones; then rows'
     * sums in single precision go to those in double precision.
     */
    final int run() {
        return RUN / size;
    }

    /** Groups of strips, each with column sums and workspace of its own. */
    abstract Group[] groups();

    /** Called when all sums have been read. */
    void close() {}

    /**
     * All sums of a block, its row sums and, in the order of the groups, its column sums, to sums,
     * points × (d + 1). Uses up the first group's.
     */
    final void sums(int block, Group[] groups, double[] sums) {
        System.arraycopy(rowSums, block * sums.length, sums, 0, sums.length);
        for (int k = 1; k < groups.length; k++) {
            groups[k].addColumns(block, groups[0]);
        }
        groups[0].addColumns(block, sums);
    }

    /** Some of the strips: all pairs of a block with itself and the later ones. */
    interface Group {
        /** Called by the thread that works on the group, before all else. */
        void start();

        /** The pairs of a block with itself. */
        void diagonal(int block);

        /** The pairs of two blocks: the first one's row sums, the second one's column sums. */
        void tile(int rows, int keys);

        /** Brings the row sums so far of a block to {@link JointBlocks#rowSums}. */
        void flush(int rows);

        /**
         * Adds the column sums Σ_l E_il g_l (1, y_l) over the strips of a block to another group's.
         */
        void addColumns(int block, Group to);

        /** Adds the column sums over the strips to a block's points × (d + 1). */
        void addColumns(int block, double[] sums);
    }
}
