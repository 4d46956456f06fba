package org.headwater.kernels.sparse;

import java.util.SplittableRandom;

/** Symmetric patterns as lists of pairs. */
final class Patterns {
    private Patterns() {}

    /** Neighbours on a square grid. */
    static int[][] grid(int side) {
        int[] i = new int[2 * side * (side - 1)];
        int[] j = new int[i.length];
        int count = 0;
        for (int r = 0; r < side; r++) {
            for (int c = 0; c < side; c++) {
                int k = r * side + c;
                if (c + 1 < side) {
                    i[count] = k;
                    j[count++] = k + 1;
                }
                if (r + 1 < side) {
                    i[count] = k;
                    j[count++] = k + side;
                }
            }
        }
        return new int[][] {i, j};
    }

    /** Random pairs of n unknowns, some twice, some on the diagonal. */
    static int[][] random(int n, int pairs, SplittableRandom random) {
        int[] i = new int[pairs];
        int[] j = new int[pairs];
        for (int k = 0; k < pairs; k++) {
            i[k] = random.nextInt(n);
            j[k] = random.nextInt(n);
        }
        return new int[][] {i, j};
    }

    /** Overlapping cliques, as finite elements of many nodes give; makes twins and absorption. */
    static int[][] cliques(int n, int cliques, int size, SplittableRandom random) {
        int[] i = new int[cliques * size * size];
        int[] j = new int[i.length];
        int count = 0;
        for (int c = 0; c < cliques; c++) {
            int[] nodes = random.ints(size, 0, n).toArray();
            for (int a : nodes) {
                for (int b : nodes) {
                    i[count] = a;
                    j[count++] = b;
                }
            }
        }
        return new int[][] {i, j};
    }
}
