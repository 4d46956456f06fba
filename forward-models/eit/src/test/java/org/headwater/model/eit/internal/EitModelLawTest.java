package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives of the whole model, for every basis, both transforms, with and without nuisances. */
class EitModelLawTest {
    private static final List<Map<String, Object>> BASES =
            List.of(
                    map("type", "blobs", "size", 5, "width", 0.3),
                    map("type", "cosine", "modes", 9),
                    map("type", "haar", "size", 4, "smoothness", 1.3),
                    map("type", "pixels", "size", 4),
                    map("type", "image", "size", 4),
                    map("type", "elements"));

    static List<Arguments> models() {
        List<Arguments> all = new ArrayList<>();
        for (Map<String, Object> basis : BASES) {
            for (String transform : new String[] {"log", "identity"}) {
                for (boolean estimated : new boolean[] {true, false}) {
                    Map<String, Object> model =
                            with(smallTank(), "basis", basis, "transform", transform);
                    if (!estimated) {
                        model = with(model, "background", 0.3, "contact-impedance", 2e-3);
                    }
                    String name = basis.get("type") + " " + transform + " " + estimated;
                    all.add(Arguments.of(name, model));
                }
            }
        }
        for (String expansion : new String[] {"blobs", "cosine"}) {
            Map<String, Object> basis =
                    map(
                            "type",
                            "level-set",
                            "expansion",
                            expansion,
                            expansion.equals("blobs") ? "size" : "modes",
                            7,
                            "contrasts",
                            expansion.equals("blobs") ? List.of(0.1, 10) : List.of(0.05));
            all.add(Arguments.of("level-set of " + expansion, with(smallTank(), "basis", basis)));
        }
        all.add(
                Arguments.of(
                        "approximation error",
                        with(
                                smallTank(),
                                "approximation-error",
                                map("nodes", 500, "samples", 20, "coefficient-sd", 0.1))));
        all.add(
                Arguments.of(
                        "each electrode's impedance",
                        with(smallTank(), "contact-impedance", "estimate-each")));
        all.add(
                Arguments.of(
                        "unequal impedances",
                        with(
                                smallTank(),
                                "contact-impedance",
                                List.of(1e-3, 2e-3, 3e-3, 4e-3, 5e-3, 6e-3, 7e-3, 8e-3))));
        return all;
    }

    private static EitModel create(Map<String, Object> model) {
        return Problems.create(
                model, map("currents", "adjacent", "exclude-driven", true), Path.of(""));
    }

    /** Particles with a field that changes the conductivity by some ten per cent. */
    private static Ensemble particles(EitModel model, int count, long seed) {
        Random random = new Random(seed);
        int d = model.dimension();
        Ensemble theta = Ensemble.zeros(count, d);
        ParameterBlock field = model.blocks().get(0);
        boolean log = field.unit().isEmpty();
        for (int i = 0; i < count; i++) {
            int j = 0;
            for (ParameterBlock block : model.blocks()) {
                for (int k = 0; k < block.size(); k++) {
                    double scale = block.isField() ? (log ? 0.1 : 0.01) : 0.2;
                    double centre = block.initial()[k];
                    // A background of 0.1 S/m and its identity field of 0.01 S/m stay positive.
                    theta.data()[theta.offset(i) + j++] =
                            centre + scale * (2 * random.nextDouble() - 1);
                }
            }
        }
        return theta;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void gradientAgreesWithDifferences(String name, Map<String, Object> settings) {
        EitModel model = create(settings);
        int d = model.dimension();
        int m = model.dataSize();
        Ensemble theta = particles(model, 1, 1);
        ForwardModel.Evaluator evaluator = model.evaluator();
        double[] measured = new double[m];
        evaluator.predict(particles(model, 1, 2), 0, 1, measured);
        double sd = 1e-2 * Math.abs(measured[0]);
        double[] predicted = new double[m];
        double[] gradient = new double[d];
        evaluator.gradient(
                theta,
                0,
                1,
                (particle, p, offset, out) -> {
                    for (int i = 0; i < m; i++) {
                        out[i] = (p[offset + i] - measured[i]) / (sd * sd);
                    }
                },
                predicted,
                gradient);
        Random random = new Random(3);
        for (int trial = 0; trial < 3; trial++) {
            double[] direction = new double[d];
            double expected = 0;
            double size = 0;
            for (int j = 0; j < d; j++) {
                // The last directions are those of the nuisance parameters alone.
                boolean field = j < model.blocks().get(0).size();
                direction[j] = trial == 0 || field == (trial == 1) ? random.nextGaussian() : 0;
                direction[j] *= field && !model.blocks().get(0).unit().isEmpty() ? 0.1 : 1;
                expected += direction[j] * gradient[j];
                size += Math.abs(direction[j] * gradient[j]);
            }
            double h = 1e-3;
            double coarse = slope(model, theta, direction, h, measured, sd);
            double fine = slope(model, theta, direction, h / 2, measured, sd);
            double extrapolated = (4 * fine - coarse) / 3;
            assertEquals(expected, extrapolated, 1e-7 * size + 1e-9, name);
        }
    }

    private static double slope(
            EitModel model,
            Ensemble theta,
            double[] direction,
            double h,
            double[] measured,
            double sd) {
        int d = model.dimension();
        int m = model.dataSize();
        Ensemble pair = Ensemble.zeros(2, d);
        for (int j = 0; j < d; j++) {
            pair.data()[j] = theta.data()[j] + h * direction[j];
            pair.data()[d + j] = theta.data()[j] - h * direction[j];
        }
        double[] predicted = new double[2 * m];
        model.evaluator().predict(pair, 0, 2, predicted);
        double difference = 0;
        for (int i = 0; i < m; i++) {
            double a = (predicted[i] - measured[i]) / sd;
            double b = (predicted[m + i] - measured[i]) / sd;
            difference += (a - b) * (a + b) / 2;
        }
        return difference / (2 * h);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void jacobianIsTheTransposeOfTheGradient(String name, Map<String, Object> settings) {
        EitModel model = create(settings);
        int d = model.dimension();
        int m = model.dataSize();
        Random random = new Random(4);
        double[] w = random.doubles(m, -1, 1).toArray();
        double[] v = random.doubles(d, -1, 1).toArray();
        Ensemble theta = particles(model, 1, 5);
        ForwardModel.Evaluator evaluator = model.evaluator();
        double[] predicted = new double[m];
        double[] gradient = new double[d];
        evaluator.gradient(
                theta,
                0,
                1,
                (particle, p, offset, out) -> System.arraycopy(w, 0, out, 0, m),
                predicted,
                gradient);
        double[] jacobian = new double[m * d];
        double[] again = new double[m];
        // Twice: what the first call leaves behind must not matter.
        evaluator.jacobian(theta.point(0), again, jacobian);
        evaluator.jacobian(theta.point(0), again, jacobian);
        assertArrayEquals(predicted, again);
        for (int j = 0; j < d; j++) {
            double sum = 0;
            double size = 0;
            for (int i = 0; i < m; i++) {
                sum += w[i] * jacobian[i * d + j];
                size += Math.abs(w[i] * jacobian[i * d + j]);
            }
            assertEquals(sum, gradient[j], 1e-11 * size, name + " " + j);
        }
        double left = 0;
        double right = 0;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < d; j++) {
                left += w[i] * jacobian[i * d + j] * v[j];
            }
        }
        for (int j = 0; j < d; j++) {
            right += gradient[j] * v[j];
        }
        assertEquals(left, right, 1e-10 * Math.abs(left));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void batchesGiveTheBitsOfSingleParticles(String name, Map<String, Object> settings) {
        EitModel model = create(settings);
        int d = model.dimension();
        int m = model.dataSize();
        int n = 11;
        Ensemble theta = particles(model, n, 6);
        // A particle that fails must not disturb its neighbours.
        double log = name.startsWith("level-set") ? Double.NaN : 1e4;
        theta.data()[theta.offset(4)] = model.blocks().get(0).unit().isEmpty() ? log : -1e4;
        ForwardModel.Cotangent misfit =
                (particle, p, offset, out) -> System.arraycopy(p, offset, out, 0, m);
        double[] predicted = new double[n * m];
        double[] gradient = new double[n * d];
        model.evaluator().gradient(theta, 0, n, misfit, predicted, gradient);
        double[] onlyPredicted = new double[n * m];
        model.evaluator().predict(theta, 0, n, onlyPredicted);
        double[] single = new double[n * m];
        double[] singleGradient = new double[n * d];
        ForwardModel.Evaluator evaluator = model.evaluator();
        for (int i = n - 1; i >= 0; i--) {
            evaluator.gradient(theta, i, i + 1, misfit, single, singleGradient);
        }
        assertArrayEquals(predicted, onlyPredicted);
        assertArrayEquals(predicted, single);
        assertArrayEquals(gradient, singleGradient);
        for (int i = 0; i < n; i++) {
            assertEquals(i == 4, Double.isNaN(predicted[i * m]), name);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void fieldsFollowTheParameters(String name, Map<String, Object> settings) {
        EitModel model = create(settings);
        Ensemble theta = particles(model, 2, 7);
        var conductivity = model.fields().get(0);
        var change = model.fields().get(1);
        assertEquals("conductivity", conductivity.name());
        assertEquals("conductivity-change", change.name());
        assertTrue(Double.isNaN(conductivity.neutral()));
        assertEquals(0, change.neutral());
        int triangles = conductivity.geometry().triangleCount();
        double[] sigma = new double[triangles];
        double[] difference = new double[triangles];
        conductivity.evaluate(theta.data(), theta.offset(1), sigma);
        change.evaluate(theta.data(), theta.offset(1), difference);
        boolean estimated = model.blocks().size() > 1;
        double background = estimated ? Math.exp(theta.get(1, model.blocks().get(0).size())) : 0.3;
        for (int t = 0; t < triangles; t++) {
            assertTrue(sigma[t] > 0);
            boolean log = change.unit().startsWith("ln");
            double expected =
                    log ? background * Math.exp(difference[t]) : background + difference[t];
            assertEquals(expected, sigma[t], 1e-14);
        }
        assertEquals(8, conductivity.geometry().markers().size());
        assertEquals("1", conductivity.geometry().markers().get(0).label());
        double length = 0;
        double[] line = conductivity.geometry().markers().get(0).line();
        for (int i = 2; i < line.length; i += 2) {
            length += Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
        }
        assertEquals(0.03, length, 1e-3);
    }
}
