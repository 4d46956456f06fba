package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * The pattern of the Cholesky factor of a sparse symmetric matrix: PAPᵀ = LLᵀ for every A with this
 * pattern. Immutable; one object serves all threads and all matrices with the pattern.
 *
 * <p>L is stored by columns in elimination order, rows ascending, the diagonal first. The values of
 * A go to the same places, so a caller looks up {@link #position} once and afterwards adds its
 * values there directly.
 *
 * <p>Columns are grouped into panels: stretches of at most {@value #WIDEST_PANEL} columns whose
 * patterns agree below the panel. A panel with m rows below it changes m(m+1)/2 entries of later
 * columns; their places are listed beforehand in the order in which a numeric factorisation visits
 * them, so that it neither searches nor scatters, and a batched one reads each place once for all
 * its matrices.
 *
 * <p>Cost: the ordering ({@link AmdOrdering}) plus O(Σ |L_r|) over the rows r below the panels; 4
 * bytes per entry of L and per listed place (on a mesh of 1800 nodes 26 thousand entries and 0.1
 * million places).
 */
public final class SymbolicCholesky {
    /** The most columns in a panel. */
    public static final int WIDEST_PANEL = 4;

    final int n;
    final int[] rank;
    final int[] columnStart;
    final int[] rows;

    /** First column of each panel, and n. */
    final int[] panelStart;

    /**
     * For each panel, for each pair (p ≤ t) of the rows below it, p outermost: the place of (row t,
     * column row p).
     */
    final int[] targets;

    private final int[] order;

    private SymbolicCholesky(int[] start, int[] index, int[] order) {
        n = order.length;
        this.order = order;
        rank = inverse(order);
        int[] parent = EliminationTree.parents(start, index, order, rank);

        // Row k of L: the tree paths from the entries of row k of A up to k.
        int[] visited = new int[n];
        int[] count = new int[n + 1];
        int[][] rowPattern = new int[n][];
        int[] row = new int[n];
        Arrays.fill(visited, EliminationTree.NONE);
        for (int k = 0; k < n; k++) {
            int length = 0;
            visited[k] = k;
            row[length++] = k;
            for (int p = start[order[k]]; p < start[order[k] + 1]; p++) {
                int j = rank[index[p]];
                while (j < k && visited[j] != k) {
                    visited[j] = k;
                    row[length++] = j;
                    j = parent[j];
                }
            }
            rowPattern[k] = Arrays.copyOf(row, length);
            for (int j : rowPattern[k]) {
                count[j + 1]++;
            }
        }
        for (int k = 0; k < n; k++) {
            count[k + 1] += count[k];
        }
        columnStart = count;
        rows = new int[columnStart[n]];
        int[] fill = Arrays.copyOf(columnStart, n);
        for (int k = 0; k < n; k++) {
            for (int j : rowPattern[k]) {
                rows[fill[j]++] = k;
            }
        }
        panelStart = panels(parent);
        targets = targets();
    }

    private int[] panels(int[] parent) {
        int[] starts = new int[n + 1];
        int panels = 0;
        for (int k = 0; k < n; k++) {
            boolean joins =
                    k > 0
                            && k - starts[panels - 1] < WIDEST_PANEL
                            && parent[k - 1] == k
                            && length(k - 1) == length(k) + 1;
            if (!joins) {
                starts[panels++] = k;
            }
        }
        starts[panels] = n;
        return Arrays.copyOf(starts, panels + 1);
    }

    private int[] targets() {
        int count = 0;
        for (int s = 0; s + 1 < panelStart.length; s++) {
            int below = length(panelStart[s + 1] - 1) - 1;
            count = Math.addExact(count, Math.multiplyExact(below, below + 1) / 2);
        }
        int[] result = new int[count];
        int[] place = new int[n];
        int q = 0;
        for (int s = 0; s + 1 < panelStart.length; s++) {
            int end = columnStart[panelStart[s + 1]];
            int first = columnStart[panelStart[s + 1] - 1] + 1;
            for (int p = first; p < end; p++) {
                int column = rows[p];
                for (int t = columnStart[column]; t < columnStart[column + 1]; t++) {
                    place[rows[t]] = t;
                }
                for (int t = p; t < end; t++) {
                    result[q++] = place[rows[t]];
                }
            }
        }
        return result;
    }

    /**
     * Orders and analyses a pattern.
     *
     * @param n number of unknowns
     * @param i first unknowns of the entries off the diagonal, each in either triangle; duplicates
     *     and diagonal entries are allowed and ignored. The diagonal is always present. Not
     *     modified.
     * @param j second unknowns, of the same length. Not modified.
     * @param last distinct unknowns that are eliminated last, in this order; may be empty. Not
     *     modified.
     * @throws IllegalArgumentException if lengths differ, an unknown is out of range, or {@code
     *     last} names one twice
     */
    public static SymbolicCholesky of(int n, int[] i, int[] j, int[] last) {
        check(n, i, j, last);
        int[] start = new int[n + 1];
        int[] index = adjacency(n, i, j, start);
        int[] order = AmdOrdering.order(n, start, index, last);
        int[] parent = EliminationTree.parents(start, index, order, inverse(order));
        int[] post = EliminationTree.postorder(parent, n - last.length);
        int[] composed = new int[n];
        for (int k = 0; k < n; k++) {
            composed[k] = order[post[k]];
        }
        return new SymbolicCholesky(start, index, composed);
    }

    /** Number of unknowns n. */
    public int size() {
        return n;
    }

    /** Number of entries of L, with the diagonal. */
    public int nonzeros() {
        return rows.length;
    }

    /** The elimination order: entry k is the unknown eliminated as the k-th. A copy. */
    public int[] order() {
        return order.clone();
    }

    /** The place of an unknown in the elimination order. */
    public int rank(int unknown) {
        return rank[unknown];
    }

    /**
     * Where the entry (i, j) of A, in either triangle, belongs among the values of L.
     *
     * @throws IllegalArgumentException if L has no such entry
     */
    public int position(int i, int j) {
        int column = Math.min(rank[i], rank[j]);
        int row = Math.max(rank[i], rank[j]);
        int p = Arrays.binarySearch(rows, columnStart[column], columnStart[column + 1], row);
        if (p < 0) {
            throw new IllegalArgumentException("no entry (" + i + ", " + j + ") in the factor");
        }
        return p;
    }

    /** A numeric factorisation with this pattern, for one thread. */
    public NumericCholesky numeric() {
        return new NumericCholesky(this);
    }

    /** Numeric factorisations with this pattern in lanes, for one thread. */
    public BatchCholesky batch(Lanes lanes) {
        return new BatchCholesky(this, lanes);
    }

    private int length(int column) {
        return columnStart[column + 1] - columnStart[column];
    }

    private static int[] inverse(int[] order) {
        int[] rank = new int[order.length];
        for (int k = 0; k < order.length; k++) {
            rank[order[k]] = k;
        }
        return rank;
    }

    private static void check(int n, int[] i, int[] j, int[] last) {
        if (i.length != j.length) {
            throw new IllegalArgumentException(
                    "i and j must have one length, got " + i.length + " and " + j.length);
        }
        for (int k = 0; k < i.length; k++) {
            if (i[k] < 0 || i[k] >= n || j[k] < 0 || j[k] >= n) {
                throw new IllegalArgumentException(
                        "entry " + k + " must be in [0, " + n + "), got " + i[k] + ", " + j[k]);
            }
        }
        boolean[] seen = new boolean[n];
        for (int u : last) {
            if (u < 0 || u >= n || seen[u]) {
                throw new IllegalArgumentException(
                        "last must hold distinct unknowns in [0, " + n + "), got " + u);
            }
            seen[u] = true;
        }
    }

    /** Neighbours of each unknown, without itself, ascending, without duplicates. */
    private static int[] adjacency(int n, int[] i, int[] j, int[] start) {
        int[] count = new int[n + 1];
        for (int k = 0; k < i.length; k++) {
            if (i[k] != j[k]) {
                count[i[k] + 1]++;
                count[j[k] + 1]++;
            }
        }
        for (int k = 0; k < n; k++) {
            count[k + 1] += count[k];
        }
        int[] index = new int[count[n]];
        int[] fill = Arrays.copyOf(count, n);
        for (int k = 0; k < i.length; k++) {
            if (i[k] != j[k]) {
                index[fill[i[k]]++] = j[k];
                index[fill[j[k]]++] = i[k];
            }
        }
        int kept = 0;
        for (int k = 0; k < n; k++) {
            Arrays.sort(index, count[k], count[k + 1]);
            start[k] = kept;
            for (int p = count[k]; p < count[k + 1]; p++) {
                if (kept == start[k] || index[kept - 1] != index[p]) {
                    index[kept++] = index[p];
                }
            }
        }
        start[n] = kept;
        return Arrays.copyOf(index, kept);
    }
}
