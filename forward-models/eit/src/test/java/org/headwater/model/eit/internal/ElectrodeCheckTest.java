package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.headwater.api.Ensemble;
import org.headwater.model.eit.internal.data.Experiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A homogeneous tank of eight electrodes with noise of 1 %, and what is done to it. */
class ElectrodeCheckTest {
    private Experiment experiment;
    private double[] predicted;
    private double[] measured;

    @BeforeEach
    void tank() {
        measure("adjacent", "adjacent");
    }

    private void measure(String currents, String measurement) {
        Map<String, Object> known = with(smallTank(), "background", 0.2, "contact-impedance", 2e-3);
        EitModel model =
                Problems.create(
                        known,
                        map("currents", currents, "measurement-pattern", measurement),
                        Path.of(""));
        experiment = model.experiment();
        predicted = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.zeros(1, model.dimension()), 0, 1, predicted);
        Random random = new Random(1);
        measured = predicted.clone();
        for (int i = 0; i < measured.length; i++) {
            measured[i] *= 1 + 0.01 * random.nextGaussian();
        }
    }

    private List<ElectrodeCheck.Suspect> suspects() {
        return ElectrodeCheck.suspects(experiment, measured, predicted);
    }

    @Test
    void goodElectrodesAreNotNamed() {
        assertTrue(suspects().isEmpty());
        measure("trigonometric", "complete");
        assertTrue(suspects().isEmpty());
    }

    @Test
    void anElectrodeThatMeasuresNonsenseIsNamed() {
        Random random = new Random(2);
        double rms =
                Math.sqrt(
                        java.util.Arrays.stream(predicted).map(v -> v * v).average().orElseThrow());
        for (int p = 0; p < 8; p++) {
            double wrong = 3 * rms * random.nextGaussian();
            // Electrode 5 is the second of pair 4–5 and the first of pair 5–6.
            measured[3 * 8 + p] -= wrong;
            measured[4 * 8 + p] += wrong;
        }
        List<ElectrodeCheck.Suspect> found = suspects();
        assertEquals(1, found.size(), found.toString());
        assertEquals(4, found.get(0).electrode());
        assertEquals(false, found.get(0).driving());
        assertTrue(found.get(0).misfit() > 10 * found.get(0).usual());
    }

    @Test
    void anElectrodeThatDrivesNothingIsNamed() {
        for (int m = 0; m < 8; m++) {
            // Electrode 3 takes part in the currents 2–3 and 3–4.
            measured[m * 8 + 1] = 0;
            measured[m * 8 + 2] = 0;
        }
        List<ElectrodeCheck.Suspect> found = suspects();
        assertEquals(1, found.size(), found.toString());
        assertEquals(2, found.get(0).electrode());
        assertEquals(true, found.get(0).driving());
    }
}
