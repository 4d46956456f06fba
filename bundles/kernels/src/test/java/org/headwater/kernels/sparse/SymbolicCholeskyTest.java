package org.headwater.kernels.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SymbolicCholeskyTest {
    private static final int[] EMPTY = {};

    @Test
    void anArrowheadHasNoFillWhicheverUnknownIsTheTip() {
        int n = 50;
        for (int tip = 0; tip < n; tip += 7) {
            int[] i = new int[n];
            int[] j = new int[n];
            for (int k = 0; k < n; k++) {
                i[k] = tip;
                j[k] = k;
            }
            assertEquals(2 * n - 1, SymbolicCholesky.of(n, i, j, EMPTY).nonzeros());
        }
    }

    @Test
    void aTreeHasNoFill() {
        int n = 127;
        int[] i = new int[n - 1];
        int[] j = new int[n - 1];
        for (int k = 1; k < n; k++) {
            i[k - 1] = k;
            j[k - 1] = (k - 1) / 2;
        }
        assertEquals(2 * n - 1, SymbolicCholesky.of(n, i, j, EMPTY).nonzeros());
    }

    @Test
    void aCycleFillsOneEntryPerStep() {
        int n = 40;
        int[] i = new int[n];
        int[] j = new int[n];
        for (int k = 0; k < n; k++) {
            i[k] = k;
            j[k] = (k + 1) % n;
        }
        // A + A's lower part has 2n entries; every elimination but the last three adds one edge
        assertEquals(2 * n + n - 3, SymbolicCholesky.of(n, i, j, EMPTY).nonzeros());
    }

    @Test
    void duplicatesDiagonalEntriesAndTrianglesDoNotMatter() {
        int[] i = {0, 1, 1, 2, 2, 3, 0};
        int[] j = {1, 0, 2, 1, 2, 2, 1};
        SymbolicCholesky messy = SymbolicCholesky.of(4, i, j, EMPTY);
        SymbolicCholesky clean =
                SymbolicCholesky.of(4, new int[] {0, 1, 2}, new int[] {1, 2, 3}, EMPTY);
        assertArrayEquals(clean.order(), messy.order());
        assertEquals(7, messy.nonzeros());
    }

    @Test
    void theLastUnknownsComeLastInTheOrderAskedFor() {
        int side = 12;
        int[][] grid = Patterns.grid(side);
        int[] last = {3, 100, 50, 0};
        int[] order = SymbolicCholesky.of(side * side, grid[0], grid[1], last).order();
        assertArrayEquals(last, Arrays.copyOfRange(order, order.length - 4, order.length));
        Arrays.sort(order);
        for (int k = 0; k < order.length; k++) {
            assertEquals(k, order[k]);
        }
    }

    @Test
    void allUnknownsMayBeLast() {
        int[] last = {2, 0, 1};
        SymbolicCholesky s = SymbolicCholesky.of(3, new int[] {0}, new int[] {2}, last);
        assertArrayEquals(last, s.order());
        assertEquals(4, s.nonzeros());
    }

    @Test
    void noUnknownsNoEntries() {
        assertEquals(0, SymbolicCholesky.of(0, EMPTY, EMPTY, EMPTY).nonzeros());
    }

    /**
     * The five-point grid of 63×63 unknowns: forward-models.md lists 61.9k entries for
     * SuiteSparse's AMD; the natural order would give about 250k.
     */
    @Test
    void fillOfAGridIsThatOfTheLiteratureWithinAFewPercent() {
        int[][] grid = Patterns.grid(63);
        int nonzeros = SymbolicCholesky.of(63 * 63, grid[0], grid[1], EMPTY).nonzeros();
        assertTrue(nonzeros < 1.1 * 61_900, "entries of L: " + nonzeros);
    }

    @Test
    void badPatternsAreRefused() {
        int[] one = {1};
        assertThrows(IllegalArgumentException.class, () -> SymbolicCholesky.of(1, one, one, EMPTY));
        assertThrows(
                IllegalArgumentException.class, () -> SymbolicCholesky.of(2, one, EMPTY, EMPTY));
        assertThrows(
                IllegalArgumentException.class,
                () -> SymbolicCholesky.of(2, EMPTY, EMPTY, new int[] {1, 1}));
        assertThrows(
                IllegalArgumentException.class,
                () -> SymbolicCholesky.of(2, EMPTY, EMPTY, EMPTY).position(0, 1));
    }
}
