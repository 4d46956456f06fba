package org.headwater.model.eit.internal.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.headwater.api.DenseMatrix;
import org.junit.jupiter.api.Test;

class PatternsTest {
    @Test
    void adjacentPairsCloseTheRing() {
        assertArrayEquals(
                new double[] {1, 0, 0, -1, -1, 1, 0, 0, 0, -1, 1, 0, 0, 0, -1, 1},
                Patterns.pairs(4, 1, 4));
    }

    @Test
    void oppositePairsFaceEachOther() {
        assertArrayEquals(new double[] {1, 0, 0, 1, -1, 0, 0, -1}, Patterns.pairs(4, 2, 2));
    }

    @Test
    void trigonometricPatternsAreOrthogonal() {
        for (int electrodes : new int[] {7, 8, 32}) {
            int count = electrodes - 1;
            double[] c = Patterns.trigonometric(electrodes);
            for (int p = 0; p < count; p++) {
                double sum = 0;
                for (int l = 0; l < electrodes; l++) {
                    sum += c[l * count + p];
                }
                assertEquals(0, sum, 1e-13);
                for (int q = 0; q < count; q++) {
                    double product = 0;
                    for (int l = 0; l < electrodes; l++) {
                        product += c[l * count + p] * c[l * count + q];
                    }
                    boolean alternating = electrodes % 2 == 0 && p == electrodes / 2 - 1;
                    double norm = alternating ? electrodes : electrodes / 2.0;
                    assertEquals(p == q ? norm : 0, product, 1e-12);
                }
            }
        }
    }

    @Test
    void measurementsAreNamedByElectrode() {
        DenseMatrix currents = new DenseMatrix(4, 2, Patterns.pairs(4, 2, 2));
        assertEquals(
                List.of("1–2", "2–3", "3–4", "4–1"),
                new Experiment(currents, new DenseMatrix(4, 4, Patterns.pairs(4, 1, 4)), false)
                        .measurementNames());
        assertEquals(
                List.of("1", "2", "3", "4"),
                new Experiment(currents, new DenseMatrix(4, 4, Patterns.complete(4)), false)
                        .measurementNames());
        assertEquals(
                List.of("pattern 1"),
                new Experiment(currents, new DenseMatrix(4, 1, new double[] {1, 1, -1, -1}), false)
                        .measurementNames());
    }

    @Test
    void drivenElectrodesCanBeExcluded() {
        DenseMatrix adjacent = new DenseMatrix(8, 8, Patterns.pairs(8, 1, 8));
        Experiment e = new Experiment(adjacent, adjacent, true);
        // Each pair of drive electrodes takes part in three voltages.
        assertEquals(8 * 5, e.dataSize());
        for (int i : e.used()) {
            int apart = Math.floorMod(i / 8 - i % 8, 8);
            assertEquals(true, apart >= 2 && apart <= 6);
        }
    }
}
