package org.headwater.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final int PROCESSORS = 132;

    @Test
    void everyPointIsSummedOverAllKeysWithinMemory() {
        for (int n : new int[] {1, 63, 2000, 32_000, 1_000_000, 1 << 26}) {
            for (int dims : new int[] {1, 2, 8, 9, 16, 17, 100, 300}) {
                for (int mode = 0; mode < 3; mode++) {
                    if ((long) n * dims > 1 << 28) {
                        continue;
                    }
                    Plan plan = Plan.of(n, dims, 1, mode == 0, mode == 2, PROCESSORS);
                    String at = n + " × " + dims + ", mode " + mode + ": " + plan;
                    boolean pairs = plan.kernel().equals("pairs");
                    int side = pairs ? Source.pairSide(dims) : 1;
                    long reached = (long) plan.slots() * plan.extent() * side;
                    assertTrue(reached >= n, at);
                    assertTrue(reached - n < (long) plan.extent() * side, at);
                    assertTrue(plan.slots() <= Device.MOST_BLOCKS, at);
                    assertTrue(plan.slots() == 1 || plan.partBytes() <= Plan.MOST_PART_BYTES, at);
                    assertEquals(1, plan.batch(), at);
                }
            }
        }
    }

    @Test
    void kernelsAreThoseThatPay() {
        assertEquals("rows", Plan.of(2000, 2, 1, true, false, PROCESSORS).kernel());
        assertEquals("pairs", Plan.of(2000, 2, 1, false, false, PROCESSORS).kernel());
        assertEquals("rows", Plan.of(2000, 2, 1, false, true, PROCESSORS).kernel());
        assertEquals("panel", Plan.of(2000, 32, 1, true, false, PROCESSORS).kernel());
        assertEquals("panel", Plan.of(2000, 32, 1, false, false, PROCESSORS).kernel());
        assertEquals(2, Plan.of(2000, 200, 1, true, false, PROCESSORS).slices());
        // All pairs' regions of a million points would take 6 GB.
        assertEquals("rows", Plan.of(1_000_000, 2, 1, false, false, PROCESSORS).kernel());
    }

    @Test
    void coordinatesGoInBatchesThatFitIntoMemory() {
        Plan plan = Plan.of(100_000, 1, 200, false, false, PROCESSORS);
        assertTrue(plan.batch() >= 1 && plan.batch() < 200, plan::toString);
        assertTrue(plan.partBytes() <= Plan.MOST_PART_BYTES, plan::toString);
    }

    @Test
    void theSourceSaysWhatItIsSpecialisedBy() {
        for (int d = 1; d <= Source.MOST_ROW_DIMENSION; d++) {
            String text = Source.rows(true, false, d, 1).text();
            assertTrue(text.startsWith("#define REAL float\n#define SINGLE 1\n#define ONLINE 0\n"));
            assertTrue(text.contains("#define DIM " + d + "\n"));
            assertTrue(text.contains("KERNEL(rows)"));
        }
        assertTrue(Source.rows(true, false, 4, 1).text().contains("#define STRIDE 8\n"));
        assertTrue(Source.rows(false, true, 4, 1).text().contains("#define STRIDE 6\n"));
        List<Source> sources = List.of(Source.pairs(2), Source.pairs(2), Source.pairs(3));
        assertEquals(2, sources.stream().distinct().count());
    }
}
