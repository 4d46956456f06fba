package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * The elimination tree of a symmetric pattern under an order: the parent of column j is the row of
 * the first entry below the diagonal in column j of L.
 *
 * <p>Source: J. W. H. Liu, The role of elimination trees in sparse factorization, SIAM J. Matrix
 * Anal. Appl. 11 (1990) 134–172, doi:10.1137/0611010.
 */
final class EliminationTree {
    static final int NONE = -1;

    private EliminationTree() {}

    /**
     * Parents in elimination order. Cost: O(|A| log n).
     *
     * @param order unknown eliminated as the k-th
     * @param rank inverse of {@code order}
     * @return for each column its parent, −1 for a root
     */
    static int[] parents(int[] start, int[] index, int[] order, int[] rank) {
        int n = order.length;
        int[] parent = new int[n];
        int[] ancestor = new int[n];
        Arrays.fill(parent, NONE);
        Arrays.fill(ancestor, NONE);
        for (int k = 0; k < n; k++) {
            int unknown = order[k];
            for (int p = start[unknown]; p < start[unknown + 1]; p++) {
                int j = rank[index[p]];
                while (j != NONE && j < k) {
                    int up = ancestor[j];
                    ancestor[j] = k;
                    if (up == NONE) {
                        parent[j] = k;
                    }
                    j = up;
                }
            }
        }
        return parent;
    }

    /**
     * A postorder of the first {@code free} columns, children in ascending order; a column whose
     * parent is not among them counts as a root. The other columns keep their places.
     *
     * @return entry k is the column that comes as the k-th
     */
    static int[] postorder(int[] parent, int free) {
        int n = parent.length;
        int[] firstChild = new int[n];
        int[] sibling = new int[n];
        Arrays.fill(firstChild, NONE);
        Arrays.fill(sibling, NONE);
        for (int j = free - 1; j >= 0; j--) {
            if (parent[j] != NONE && parent[j] < free) {
                sibling[j] = firstChild[parent[j]];
                firstChild[parent[j]] = j;
            }
        }
        int[] post = new int[n];
        int[] stack = new int[n];
        int count = 0;
        for (int root = 0; root < free; root++) {
            if (parent[root] != NONE && parent[root] < free) {
                continue;
            }
            int top = 0;
            stack[0] = root;
            while (top >= 0) {
                int j = stack[top];
                int child = firstChild[j];
                if (child == NONE) {
                    post[count++] = j;
                    top--;
                } else {
                    firstChild[j] = sibling[child];
                    stack[++top] = child;
                }
            }
        }
        for (int j = free; j < n; j++) {
            post[j] = j;
        }
        return post;
    }
}
