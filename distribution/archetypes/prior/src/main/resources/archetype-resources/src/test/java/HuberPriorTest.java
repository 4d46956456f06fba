package ${package};

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.api.Ensemble;
import org.junit.jupiter.api.Test;

/** What the contract cannot know: that it is this potential and no other. */
class HuberPriorTest {
    private final HuberPrior prior = new HuberPrior(3, 2, 0.5);

    @Test
    void potentialIsQuadraticAtTheTipAndLinearBeyond() {
        assertEquals(0.5 + 0 + 5.5, prior.potential(new double[] {0.5, 0, -3}, 0), 1e-15);
    }

    @Test
    void proxShrinksAtTheTipAndShiftsBeyond() {
        Ensemble y = Ensemble.of(1, 3, new double[] {1, -1.5, 5});
        prior.prox(y, 0.5, y);
        assertArrayEquals(new double[] {1.0 / 3, -0.5, 4}, y.data(), 1e-15);
    }
}
