package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.Geometry;
import org.headwater.api.ParameterBlock;
import org.headwater.runtime.Job.Estimate;
import org.headwater.runtime.Job.FieldEstimate;
import org.junit.jupiter.api.Test;

/** Moments of a few particles against what one finds with a pencil. */
class EstimatesTest {
    private static final Geometry TRIANGLE =
            new Geometry(new double[] {0, 0, 1, 0, 0, 1}, new int[] {0, 1, 2}, "m", List.of());

    /** The product of two parameters, on one triangle. */
    private static final DerivedField PRODUCT =
            new DerivedField() {
                @Override
                public String name() {
                    return "product";
                }

                @Override
                public String unit() {
                    return "V";
                }

                @Override
                public Geometry geometry() {
                    return TRIANGLE;
                }

                @Override
                public double neutral() {
                    return 1;
                }

                @Override
                public void evaluate(double[] theta, int offset, double[] out) {
                    out[0] = theta[offset] * theta[offset + 1];
                }
            };

    private static final ForwardModel MODEL =
            new ForwardModel() {
                @Override
                public List<ParameterBlock> blocks() {
                    return List.of(
                            new ParameterBlock(
                                    "field",
                                    List.of("a", "b"),
                                    "",
                                    new double[2],
                                    new FieldShape(1, 2),
                                    null));
                }

                @Override
                public int dataSize() {
                    return 1;
                }

                @Override
                public Evaluator evaluator() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public List<DerivedField> fields() {
                    return List.of(PRODUCT);
                }
            };

    @Test
    void momentsOfParametersAndFields() {
        Ensemble particles = Ensemble.zeros(3, 2);
        System.arraycopy(new double[] {1, 2, 3, 2, 5, 5}, 0, particles.data(), 0, 6);
        Estimate estimate = Estimates.of(MODEL, particles, 7);
        assertEquals(7, estimate.iteration());
        assertEquals(3, estimate.particles());
        assertArrayEquals(new int[] {1, 2}, estimate.shape());
        assertArrayEquals(new double[] {3, 3}, estimate.mean(), 1e-14);
        // Σ(x − 3)² = 8 and 6, of three
        assertArrayEquals(new double[] {Math.sqrt(8 / 3.0), Math.sqrt(2)}, estimate.sd(), 1e-14);
        FieldEstimate product = estimate.fields().get(0);
        assertEquals(
                "product V 1.0", product.name() + " " + product.unit() + " " + product.neutral());
        // 2, 6 and 25: mean 11, Σ(v − 11)² = 81 + 25 + 196
        assertArrayEquals(new double[] {11}, product.mean(), 1e-14);
        assertArrayEquals(new double[] {Math.sqrt(302 / 3.0)}, product.sd(), 1e-13);
    }

    /** Of many particles two hundred are taken, evenly spread. */
    @Test
    void manyParticlesAreThinned() {
        Ensemble particles = Ensemble.zeros(1000, 2);
        for (int i = 0; i < 1000; i++) {
            particles.data()[2 * i] = i;
        }
        Estimate estimate = Estimates.of(MODEL, particles, 0);
        assertEquals(200, estimate.particles());
        // 0, 5, … 995
        assertEquals(497.5, estimate.mean()[0], 1e-10);
    }
}
