package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GaussianNoiseTest {
    private static final double[] MEASURED = {1, -2, 0};

    @TempDir private Path directory;

    private final GaussianNoiseProvider provider = new GaussianNoiseProvider();

    private Noise create(Map<String, ?> settings, double... measured) {
        return provider.create(
                provider.info().settings().validate(settings, "noise", directory), measured);
    }

    private static double[] sd(Noise noise) {
        double[] r = new double[3];
        noise.residuals(new double[] {2, -1, 1}, r);
        return new double[] {1 / r[0], 1 / r[1], 1 / r[2]};
    }

    @Test
    void standardDeviations() throws IOException {
        assertArrayEquals(new double[] {.5, .5, .5}, sd(create(Map.of("sd", .5), MEASURED)), 1e-15);
        assertArrayEquals(
                new double[] {1, 2, 4},
                sd(create(Map.of("sd", List.of(1, 2, 4)), MEASURED)),
                1e-15);
        Files.writeString(directory.resolve("sd.csv"), "3\n2\n1\n");
        assertArrayEquals(
                new double[] {3, 2, 1}, sd(create(Map.of("sd", "sd.csv"), MEASURED)), 1e-15);
        assertArrayEquals(
                new double[] {Math.hypot(.1, .4), Math.hypot(.2, .4), .4},
                sd(create(Map.of("relative", .1, "floor", .2), MEASURED)),
                1e-15);
        assertArrayEquals(
                new double[] {Math.hypot(.1, .01), Math.hypot(.2, .01), .01},
                sd(create(Map.of("relative", .1), MEASURED)),
                1e-15);
        Files.writeString(directory.resolve("c.csv"), "4,1,0\n1,9,1\n0,1,1\n");
        assertArrayEquals(
                new double[] {2, 3, 1}, sd(create(Map.of("covariance", "c.csv"), MEASURED)), 1e-15);
    }

    /** Γ = [4 2; 2 5]: Γ⁻¹ = [5 −2; −2 4]/16. */
    @Test
    void correlatedMisfit() throws IOException {
        Files.writeString(directory.resolve("c.csv"), "4,2\n2,5\n");
        Noise noise = create(Map.of("covariance", "c.csv"), 1, 1);
        double[] predicted = {7, 2, 3};
        // r = (1, 2): rᵀΓ⁻¹r = (5 − 8 + 16)/16.
        assertEquals(13 / 32.0, noise.misfit(predicted, 1), 1e-15);
        double[] gradient = new double[2];
        noise.gradient(predicted, 1, gradient);
        assertArrayEquals(new double[] {1 / 16.0, 6 / 16.0}, gradient, 1e-15);
        double[] jacobian = {1, 0, 0, 0, 1, 2};
        noise.whiten(predicted, jacobian, 3);
        double[][] expected = {{5, -2, -4}, {-2, 4, 8}, {-4, 8, 16}};
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double product = jacobian[i] * jacobian[j] + jacobian[3 + i] * jacobian[3 + j];
                assertEquals(expected[i][j] / 16, product, 1e-15);
            }
        }
    }

    @Test
    void independentMisfit() {
        Noise noise = create(Map.of("sd", List.of(1, 2, 4)), MEASURED);
        double[] predicted = {2, 2, 4};
        assertEquals(.5 * (1 + 4 + 1), noise.misfit(predicted, 0), 1e-15);
        double[] gradient = new double[3];
        noise.gradient(predicted, 0, gradient);
        assertArrayEquals(new double[] {1, 1, .25}, gradient, 1e-15);
        double[] jacobian = {1, 2, 3, 4, 5, 6};
        noise.whiten(predicted, jacobian, 2);
        assertArrayEquals(new double[] {1, 2, 1.5, 2, 1.25, 1.5}, jacobian, 1e-15);
    }

    @Test
    void wrongSettingsAreNamed() throws IOException {
        fails("noise.sd must be a number > 0", Map.of("sd", 0));
        fails("noise.sd must be a number > 0", Map.of("sd", -1));
        fails("noise.sd must be at least 1.0E-20 of the largest datum, ", Map.of("sd", 1e-300));
        fails(
                "noise.relative must be at least 1.0E-20 of the largest datum, ",
                Map.of("relative", 1e-200, "floor", 1e-200));
        fails("noise.sd[1] must be", Map.of("sd", List.of(1, -1, 1)));
        fails("noise.sd must hold 3 numbers, got 2 numbers", Map.of("sd", List.of(1, 1)));
        Files.writeString(directory.resolve("sd.csv"), "1\n0\n1\n");
        fails("noise.sd must be > 0 for every datum, got 0.0 for datum 2", Map.of("sd", "sd.csv"));
        fails("noise must hold exactly one of sd, relative, covariance, got none; add", Map.of());
        fails(
                "noise must hold exactly one of sd, relative, covariance, got sd and relative",
                Map.of("sd", 1, "relative", .1));
        fails("noise.floor must stand beside relative only", Map.of("sd", 1, "floor", .1));
        fails(
                "noise.relative must give every datum noise > 0, with floor 0.0, got 0 for datum 3",
                Map.of("relative", .1, "floor", 0));
        Files.writeString(directory.resolve("c.csv"), "1,0\n0,1\n");
        fails("noise.covariance must be 3 × 3", Map.of("covariance", "c.csv"));
        Files.writeString(directory.resolve("c.csv"), "1,0,0\n0,1,0\n.5,0,1\n");
        fails("noise.covariance must be symmetric", Map.of("covariance", "c.csv"));
        Files.writeString(directory.resolve("c.csv"), "1,2,0\n2,1,0\n0,0,1\n");
        fails("noise.covariance must be positive definite", Map.of("covariance", "c.csv"));
    }

    private void fails(String start, Map<String, ?> settings) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(settings, MEASURED));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
