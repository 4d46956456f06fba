package ${package};

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.headwater.api.Ensemble;
import org.junit.jupiter.api.Test;

/** What the contract cannot know: that it is this model and no other. */
class DecayModelTest {
    @Test
    void halvesAfterItsHalfLife() {
        double[] halfLives = {0, 1, 2, 3};
        double[] predicted = new double[4];
        Ensemble theta =
                Ensemble.of(1, 2, new double[] {Math.log(8), Math.log(Math.log(2))});
        new DecayModel(halfLives).evaluator().predict(theta, 0, 1, predicted);
        assertArrayEquals(new double[] {8, 4, 2, 1}, predicted, 1e-13);
    }
}
