package org.headwater.kernels.layer.simd;

/** Puts points in the order of the leaves of a k-d tree, so that neighbours share a block. */
final class SpatialOrder {
    private final double[] x;
    private final int d;

    /** Orders points of {@code x}, N × d, which is not modified. */
    SpatialOrder(double[] x, int d) {
        this.x = x;
        this.d = d;
    }

    /**
     * Sorts indices of points into leaves of {@code leaf} points, O(N log N).
     *
     * @param order modified
     * @param leaf points of a leaf; every cut is at a multiple of it
     */
    void sort(int[] order, int leaf) {
        split(order, 0, order.length, leaf);
    }

    private void split(int[] order, int from, int to, int leaf) {
        if (to - from <= leaf) {
            return;
        }
        int leaves = (to - from + leaf - 1) / leaf;
        int middle = from + leaves / 2 * leaf;
        select(order, from, to - 1, middle, widest(order, from, to));
        split(order, from, middle, leaf);
        split(order, middle, to, leaf);
    }

    private int widest(int[] order, int from, int to) {
        int best = 0;
        double width = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < d; k++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int i = from; i < to; i++) {
                double v = x[order[i] * d + k];
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
            if (high - low > width) {
                width = high - low;
                best = k;
            }
        }
        return best;
    }

    /** Partitions order[low..high] so that no coordinate before {@code at} is above one after. */
    private void select(int[] order, int low, int high, int at, int k) {
        int from = low;
        int to = high;
        while (from < to) {
            double pivot = x[order[(from + to) >>> 1] * d + k];
            int i = from;
            int j = to;
            while (i <= j) {
                while (x[order[i] * d + k] < pivot) {
                    i++;
                }
                while (x[order[j] * d + k] > pivot) {
                    j--;
                }
                if (i <= j) {
                    int swap = order[i];
                    order[i++] = order[j];
                    order[j--] = swap;
                }
            }
            if (at <= j) {
                to = j;
            } else if (at >= i) {
                from = i;
            } else {
                return;
            }
        }
    }
}
