package org.headwater.kernels.layer.simd;

import org.headwater.api.Workers;

/** The particles of one call in blocks, and how the pairs of two blocks are summed. */
abstract class JointBlocks {
    /** Particles below which one thread is enough. */
    static final int FEW = 1000;

    private static final int FLUSH_KEYS = 2048;

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

    /** Packs all blocks. */
    void pack(ScaledPoints points, Workers workers) {
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
                        pack(points, block, first, end);
                    }
                });
    }

    /** Packs a block of the particles first ≤ i &lt; end, whose {@link #weights} are known. */
    abstract void pack(ScaledPoints points, int block, int first, int end);

    /** Tiles after which sums in single precision go to those in double precision. */
    final int flush() {
        return FLUSH_KEYS / size;
    }

    /** Groups of strips, each with column sums and workspace of its own. */
    abstract Group[] groups();

    /** Called when all sums have been read. */
    void close() {}

    /**
     * All sums of a block, its row sums and, in the order of the groups, its column sums, to sums,
     * points × (d + 1).
     */
    final void sums(int block, Group[] groups, double[] sums) {
        System.arraycopy(rowSums, block * sums.length, sums, 0, sums.length);
        for (Group group : groups) {
            group.addColumns(block, sums);
        }
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
         * Adds the column sums Σ_l E_il g_l (1, y_l) over the strips to a block's points × (d + 1).
         */
        void addColumns(int block, double[] sums);
    }
}
