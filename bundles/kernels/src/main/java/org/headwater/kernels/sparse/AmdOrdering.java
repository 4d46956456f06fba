package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * Approximate minimum degree ordering of a symmetric pattern, with the choice of unknowns that are
 * eliminated last.
 *
 * <p>The quotient graph holds variables and elements. A variable i knows the elements E_i and the
 * variables A_i next to it, an element e (an eliminated pivot) the variables L_e. Each step takes
 * the variable p of least approximate degree, forms L_p = (A_p ∪ ⋃ L_e, e ∈ E_p) \ p, absorbs the
 * elements of E_p into p, and bounds the degree of each i ∈ L_p by min(n − k, d_i + |L_p \ i|, |A_i
 * \ i| + |L_p \ i| + Σ_{e ∈ E_i \ p} |L_e \ L_p|). Elements with L_e ⊆ L_p are absorbed too
 * (aggressive absorption), variables with nothing but p around them are eliminated with p (mass
 * elimination), and variables with the same neighbourhood are merged (supervariables, found by a
 * hash). Degrees and sizes count the variables inside a supervariable. Ties go to the variable that
 * came last into its degree list, so the ordering depends on the pattern alone.
 *
 * <p>Unknowns that must come last stay in the graph and count in degrees, but are never pivots,
 * never eliminated in mass and never merged.
 *
 * <p>Cost: O(|A|·n) at worst, in practice near O(|L|). No special care is taken of dense rows.
 *
 * <p>Source: P. R. Amestoy, T. A. Davis, I. S. Duff, An approximate minimum degree ordering
 * algorithm, SIAM J. Matrix Anal. Appl. 17 (1996) 886–905, doi:10.1137/S0895479894278952, Algorithm
 * 2. Deviation: each variable and element owns its list, so no storage is ever compacted.
 */
public final class AmdOrdering {
    private static final int NONE = -1;

    private final int n;

    /** For variables: elements first, then variables. For elements: variables. Null when gone. */
    private final int[][] list;

    private final int[] elementCount;
    private final int[] listCount;

    /** Variables inside a supervariable; 0 when merged or eliminated. Negative while in L_p. */
    private final int[] size;

    /** Approximate external degree of a variable, |L_e| of an element. */
    private final int[] degree;

    private final boolean[] isElement;
    private final boolean[] isLast;

    /** Marks: for elements base + |L_e \ L_p|, for variables the scan that touched them. */
    private final long[] mark;

    private long base = 1;

    private final int[] head;
    private final int[] next;
    private final int[] previous;
    private int leastDegree;

    private final int[] hashHead;
    private final int[] hashNext;
    private final int[] hash;

    private final int[] memberNext;
    private final int[] memberTail;

    private final int[] order;
    private int ordered;

    private AmdOrdering(int n, int[] start, int[] index, int[] last) {
        this.n = n;
        list = new int[n][];
        elementCount = new int[n];
        listCount = new int[n];
        size = new int[n];
        degree = new int[n];
        isElement = new boolean[n];
        isLast = new boolean[n];
        mark = new long[n];
        head = new int[n + 1];
        next = new int[n];
        previous = new int[n];
        hashHead = new int[n];
        hashNext = new int[n];
        hash = new int[n];
        memberNext = new int[n];
        memberTail = new int[n];
        order = new int[n];
        Arrays.fill(size, 1);
        Arrays.fill(head, NONE);
        Arrays.fill(hashHead, NONE);
        Arrays.fill(memberNext, NONE);
        for (int i : last) {
            isLast[i] = true;
        }
        for (int i = 0; i < n; i++) {
            list[i] = Arrays.copyOfRange(index, start[i], start[i + 1]);
            listCount[i] = list[i].length;
            degree[i] = list[i].length;
            memberTail[i] = i;
        }
        for (int i = 0; i < n; i++) {
            if (!isLast[i]) {
                insert(i);
            }
        }
    }

    /**
     * Orders a symmetric pattern so that its Cholesky factor has little fill.
     *
     * @param n number of unknowns
     * @param start n + 1 offsets into {@code index}. Not modified.
     * @param index for each unknown i the others next to it, without i itself, without duplicates,
     *     in both directions. Not modified.
     * @param last unknowns that come last, in this order; may be empty. Not modified.
     * @return the elimination order: entry k is the unknown eliminated as the k-th
     */
    public static int[] order(int n, int[] start, int[] index, int[] last) {
        return new AmdOrdering(n, start, index, last).run(last);
    }

    private int[] run(int[] last) {
        int free = n - last.length;
        while (ordered < free) {
            eliminate(nextPivot());
        }
        for (int i : last) {
            order[ordered++] = i;
        }
        return order;
    }

    private int nextPivot() {
        while (head[leastDegree] == NONE) {
            leastDegree++;
        }
        int p = head[leastDegree];
        remove(p);
        return p;
    }

    private void eliminate(int p) {
        int[] pivotList = form(p);
        output(p);
        size[p] = 0;
        isElement[p] = true;
        list[p] = pivotList;
        int total = 0;
        for (int i : pivotList) {
            total -= size[i];
        }
        degree[p] = total;

        measureOverlaps(pivotList);
        int massed = 0;
        for (int i : pivotList) {
            massed += updateVariable(i, p);
        }
        base += n + 1L;
        mergeTwins(pivotList);

        int kept = 0;
        int left = n - ordered;
        int pivotSize = degree[p] - massed;
        for (int i : pivotList) {
            if (size[i] < 0) {
                size[i] = -size[i];
                degree[i] = Math.min(degree[i] + pivotSize - size[i], left - size[i]);
                if (!isLast[i]) {
                    insert(i);
                }
                pivotList[kept++] = i;
            }
        }
        degree[p] = pivotSize;
        listCount[p] = kept;
        if (kept == 0) {
            list[p] = null;
        } else if (kept < pivotList.length) {
            list[p] = Arrays.copyOf(pivotList, kept);
        }
    }

    /** L_p; its members leave the degree lists and get negative sizes; the elements of p go. */
    private int[] form(int p) {
        int[] around = list[p];
        int elements = elementCount[p];
        int bound = listCount[p] - elements;
        for (int k = 0; k < elements; k++) {
            bound += listCount[around[k]];
        }
        int[] result = new int[Math.min(bound, n)];
        int count = 0;
        size[p] = -size[p];
        for (int k = 0; k < elements; k++) {
            int e = around[k];
            count = gather(list[e], 0, listCount[e], result, count);
            list[e] = null;
        }
        count = gather(around, elements, listCount[p], result, count);
        size[p] = -size[p];
        return count == result.length ? result : Arrays.copyOf(result, count);
    }

    private int gather(int[] from, int begin, int end, int[] result, int count) {
        int filled = count;
        for (int k = begin; k < end; k++) {
            int i = from[k];
            if (size[i] > 0) {
                size[i] = -size[i];
                if (!isLast[i]) {
                    remove(i);
                }
                result[filled++] = i;
            }
        }
        return filled;
    }

    /** Sets mark[e] = base + |L_e \ L_p| for each element e next to a variable of L_p. */
    private void measureOverlaps(int[] pivotList) {
        for (int i : pivotList) {
            int[] around = list[i];
            for (int k = 0; k < elementCount[i]; k++) {
                int e = around[k];
                if (list[e] == null) {
                    continue;
                }
                if (mark[e] < base) {
                    mark[e] = base + degree[e];
                }
                mark[e] += size[i];
            }
        }
    }

    /**
     * Cleans the lists of i ∈ L_p, bounds its degree without the part |L_p \ i|, and puts it into
     * the hash table.
     *
     * @return the number of variables eliminated with p
     */
    private int updateVariable(int i, int p) {
        int[] around = list[i];
        int oldElements = elementCount[i];
        int oldCount = listCount[i];
        int kept = 0;
        int external = 0;
        int key = p;
        for (int k = 0; k < oldElements; k++) {
            int e = around[k];
            if (list[e] == null) {
                continue;
            }
            int outside = (int) (mark[e] - base);
            if (outside == 0) {
                list[e] = null;
            } else {
                external += outside;
                key += e;
                around[kept++] = e;
            }
        }
        int elements = kept;
        for (int k = oldElements; k < oldCount; k++) {
            int j = around[k];
            if (size[j] > 0) {
                external += size[j];
                key += j;
                around[kept++] = j;
            }
        }
        if (external == 0 && !isLast[i]) {
            int massed = -size[i];
            output(i);
            size[i] = 0;
            list[i] = null;
            return massed;
        }
        // p was in A_i or shared an absorbed element with i, so there is room for it
        if (elements < kept) {
            around[kept] = around[elements];
        }
        around[elements] = p;
        elementCount[i] = elements + 1;
        listCount[i] = kept + 1;
        degree[i] = Math.min(degree[i], external);
        if (!isLast[i]) {
            int bucket = (key & Integer.MAX_VALUE) % n;
            hash[i] = bucket;
            hashNext[i] = hashHead[bucket];
            hashHead[bucket] = i;
        }
        return 0;
    }

    private void mergeTwins(int[] pivotList) {
        for (int first : pivotList) {
            if (size[first] >= 0 || isLast[first]) {
                continue;
            }
            int bucket = hash[first];
            int i = hashHead[bucket];
            hashHead[bucket] = NONE;
            for (; i != NONE && hashNext[i] != NONE; i = hashNext[i]) {
                int[] around = list[i];
                base++;
                for (int k = 0; k < listCount[i]; k++) {
                    mark[around[k]] = base;
                }
                int before = i;
                for (int j = hashNext[i]; j != NONE; j = hashNext[j]) {
                    if (same(i, j)) {
                        merge(i, j);
                        hashNext[before] = hashNext[j];
                    } else {
                        before = j;
                    }
                }
            }
        }
        base++;
    }

    private boolean same(int i, int j) {
        if (listCount[i] != listCount[j] || elementCount[i] != elementCount[j]) {
            return false;
        }
        int[] around = list[j];
        for (int k = 0; k < listCount[j]; k++) {
            if (mark[around[k]] != base) {
                return false;
            }
        }
        return true;
    }

    private void merge(int i, int j) {
        size[i] += size[j];
        size[j] = 0;
        list[j] = null;
        memberNext[memberTail[i]] = j;
        memberTail[i] = memberTail[j];
    }

    private void output(int supervariable) {
        for (int i = supervariable; i != NONE; i = memberNext[i]) {
            order[ordered++] = i;
        }
    }

    private void insert(int i) {
        int d = degree[i];
        next[i] = head[d];
        previous[i] = NONE;
        if (head[d] != NONE) {
            previous[head[d]] = i;
        }
        head[d] = i;
        leastDegree = Math.min(leastDegree, d);
    }

    private void remove(int i) {
        if (previous[i] == NONE) {
            head[degree[i]] = next[i];
        } else {
            next[previous[i]] = next[i];
        }
        if (next[i] != NONE) {
            previous[next[i]] = previous[i];
        }
    }
}
