package org.headwater.kernels.rwpo;

/** Sorts indices by the values that they point to. */
final class IndexSort {
    private static final int RUN = 12;

    private IndexSort() {}

    /**
     * Writes into {@code order} the permutation that puts {@code value} in ascending order; equal
     * values keep their order. Insertion sort on short runs, then bottom-up merging: O(n log n).
     *
     * @param value n values, not modified
     * @param order n indices, modified
     * @param scratch n values of workspace
     */
    static void ascending(double[] value, int[] order, int[] scratch) {
        int n = value.length;
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        for (int from = 0; from < n; from += RUN) {
            int to = Math.min(from + RUN, n);
            for (int i = from + 1; i < to; i++) {
                int index = order[i];
                double v = value[index];
                int j = i - 1;
                while (j >= from && value[order[j]] > v) {
                    order[j + 1] = order[j];
                    j--;
                }
                order[j + 1] = index;
            }
        }
        for (int width = RUN; width < n; width *= 2) {
            for (int from = 0; from + width < n; from += 2 * width) {
                merge(value, order, scratch, from, from + width, Math.min(from + 2 * width, n));
            }
        }
    }

    private static void merge(
            double[] value, int[] order, int[] scratch, int from, int middle, int to) {
        int left = middle - from;
        System.arraycopy(order, from, scratch, 0, left);
        int i = 0;
        int j = middle;
        int k = from;
        while (i < left && j < to) {
            if (value[order[j]] < value[scratch[i]]) {
                order[k++] = order[j++];
            } else {
                order[k++] = scratch[i++];
            }
        }
        System.arraycopy(scratch, i, order, k, left - i);
    }
}
