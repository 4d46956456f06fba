package org.headwater.kernels.layer.simd;

import java.util.Arrays;
import org.headwater.api.Workers;

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
     * Sorts indices of points into leaves of {@code leaf} points, O(N log N), level by level.
     *
     * @param order modified
     * @param leaf points of a leaf; every cut is at a multiple of it
     * @param workers threads
     */
    void sort(int[] order, int leaf, Workers workers) {
        int[] ends = {0, order.length};
        while (ends.length <= (order.length + leaf - 1) / leaf) {
            int[] parts = ends;
            int[] cuts = new int[2 * parts.length - 1];
            workers.forRanges(
                    parts.length - 1,
                    1,
                    (first, end) -> {
                        for (int k = first; k < end; k++) {
                            cuts[2 * k] = parts[k];
                            cuts[2 * k + 1] = split(order, parts[k], parts[k + 1], leaf);
                        }
                    });
            cuts[cuts.length - 1] = order.length;
            ends = Arrays.stream(cuts).distinct().toArray();
        }
    }

    /** Splits a part of more than one leaf in two; returns where, or its start. */
    private int split(int[] order, int from, int to, int leaf) {
        int leaves = (to - from + leaf - 1) / leaf;
        int middle = from + leaves / 2 * leaf;
        if (leaves > 1) {
            select(order, from, to - 1, middle, widest(order, from, to));
        }
        return middle;
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
