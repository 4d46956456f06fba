package org.headwater.kernels.layer.simd;

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

    /** Some of the strips: all pairs of a block with itself and the later ones. */
    interface Group {
        /** The pairs of a block with itself. */
        void diagonal(int block);

        /** The pairs of two blocks: the first one's row sums, the second one's column sums. */
        void tile(int rows, int keys);

        /** Brings the row sums so far of a block to {@link JointBlocks#rowSums}. */
        void flush(int rows);

        /** Column sum Σ_l E_il g_l (j = 0) or Σ_l E_il g_l y_l,j−1 of point i over the strips. */
        double column(int i, int j);
    }
}
