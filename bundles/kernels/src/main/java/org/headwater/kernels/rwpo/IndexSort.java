package org.headwater.kernels.rwpo;

import java.util.Arrays;

/** Sorts indices by the values that they point to. */
final class IndexSort {
    private static final int RUN = 12;

    /** From this length on, sorting by digits is faster than by comparing. */
    private static final int LONG = 2048;

    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;

    private IndexSort() {}

    /**
     * Writes into {@code order} the permutation that puts {@code value} in ascending order; equal
     * values keep their order. Insertion sort on short runs, then bottom-up merging: O(n log n);
     * long arrays by their digits, O(n).
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
        if (n >= LONG) {
            byDigits(value, order, scratch);
            return;
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

    /** Sorts by the bits of the numbers, 11 at a time, from the last to the first. */
    private static void byDigits(double[] value, int[] order, int[] scratch) {
        int n = value.length;
        long[] key = new long[n];
        long[] otherKey = new long[n];
        for (int i = 0; i < n; i++) {
            // Adding 0 makes −0 a 0. Then bits that compare, as unsigned numbers, like the values.
            long bits = Double.doubleToRawLongBits(value[i] + 0.0);
            key[i] = bits ^ (bits >> 63 | Long.MIN_VALUE);
        }
        int[] from = order;
        int[] to = scratch;
        int[] start = new int[DIGITS + 1];
        for (int shift = 0; shift < Long.SIZE; shift += DIGIT_BITS) {
            Arrays.fill(start, 0);
            for (int i = 0; i < n; i++) {
                start[(int) (key[i] >>> shift & DIGITS - 1) + 1]++;
            }
            if (start[(int) (key[0] >>> shift & DIGITS - 1) + 1] == n) {
                continue;
            }
            for (int k = 0; k < DIGITS; k++) {
                start[k + 1] += start[k];
            }
            for (int i = 0; i < n; i++) {
                int at = start[(int) (key[i] >>> shift & DIGITS - 1)]++;
                otherKey[at] = key[i];
                to[at] = from[i];
            }
            long[] k = key;
            key = otherKey;
            otherKey = k;
            int[] o = from;
            from = to;
            to = o;
        }
        if (from != order) {
            System.arraycopy(from, 0, order, 0, n);
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
