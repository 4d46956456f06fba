package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/**
 * The particles of one call in blocks, and how the pairs of two blocks are summed. Coordinates are
 * centred and scaled, y = (x − mean)·√(κ·log₂e), so that E = 2^{−|y_i−y_l|²}.
 */
abstract class JointBlocks {
    private static final int FLUSH_KEYS = 2048;

    /** Points of a block. */
    final int size;

    /** Number of blocks, the last one filled with points of weight 0. */
    final int count;

    final int d;

    /** Row sums Σ_l E_il g_l (1, y_l): points × (d + 1), each written by its own strip. */
    final double[] rowSums;

    JointBlocks(int n, int d, int size) {
        this.size = size;
        this.d = d;
        count = (n + size - 1) / size;
        rowSums = new double[count * size * (d + 1)];
    }

    /** Tiles after which sums in single precision go to those in double precision. */
    final int flush() {
        return FLUSH_KEYS / size;
    }

    /** A new group of strips, with column sums and workspace of its own. */
    abstract Group group();

    /** All sums of a block: its row sums and, in the order of the groups, its column sums. */
    final double[] sums(int block, Group[] groups) {
        int length = size * (d + 1);
        double[] sums = Arrays.copyOfRange(rowSums, block * length, (block + 1) * length);
        for (Group group : groups) {
            group.addColumns(block, sums);
        }
        return sums;
    }

    /** Some of the strips: all pairs of a block with itself and the later ones. */
    interface Group {
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
