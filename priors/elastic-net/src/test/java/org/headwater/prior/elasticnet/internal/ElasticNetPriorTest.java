package org.headwater.prior.elasticnet.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.SeparablePrior;
import org.headwater.testkit.junit.ReferenceVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElasticNetPriorTest {
    @TempDir private Path directory;

    private final ElasticNetPriorProvider provider = new ElasticNetPriorProvider();

    private SeparablePrior create(Object weight, Object ridge, int d) {
        return (SeparablePrior)
                provider.create(
                        provider.info()
                                .settings()
                                .validate(
                                        Map.of("weight", weight, "ridge", ridge),
                                        "prior",
                                        directory),
                        new FieldShape(d));
    }

    @Test
    void agreesWithReferenceVectors() {
        ReferenceVector v = vector("prox_elastic_net");
        double[] y = v.input("y");
        SeparablePrior prior = create(v.parameter("lam"), v.parameter("mu"), 1);
        double[] p = new double[y.length];
        prior.proxCoordinate(0, v.parameter("t"), y, p);
        v.check("p", p);
        v = vector("logZ1_elastic_net");
        y = v.input("y");
        prior = create(v.parameter("lam"), v.parameter("mu"), 1);
        double[] log = new double[y.length];
        prior.kernel(
                0,
                v.parameter("h"),
                v.parameter("beta"),
                y,
                log,
                new double[y.length],
                new double[y.length]);
        v.check("logZ", log);
    }

    @Test
    void settings() throws IOException {
        Files.writeString(directory.resolve("r.csv"), "1\n0\n4\n");
        SeparablePrior prior = create(List.of(2, 0, 1), "r.csv", 3);
        assertEquals(
                2 * 1 + .5 + 0 + 3 + .5 * 4 * 9, prior.potential(new double[] {9, 1, -2, 3}, 1));
        assertEquals(1, prior.slope(2));
        assertEquals(4, prior.curvature(2));
        assertEquals(3, prior.dimension());
    }

    @Test
    void wrongSettingsAreNamed() throws IOException {
        fails("prior.weight must be a number ≥ 0", -1, 1, 3);
        fails("prior.ridge[1] must be", 1, List.of(1, -2, 3), 3);
        fails("prior.ridge must hold 3 numbers, got 2 numbers", 1, List.of(1, 2), 3);
        Files.writeString(directory.resolve("r.csv"), "1\n-0.5\n");
        fails(
                "prior.ridge must be ≥ 0 for every parameter, got -0.5 for parameter 2",
                1,
                "r.csv",
                2);
    }

    private void fails(String start, Object weight, Object ridge, int d) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(weight, ridge, d));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    /** Kernel against quadrature on a broad grid, the exponent taken from ψ itself. */
    @Test
    void kernelAgreesWithQuadrature() {
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        for (double lambda : new double[] {0, .3, 5}) {
            for (double mu : new double[] {0, .01, 1, 30}) {
                SeparablePrior prior = create(lambda, mu, 1);
                for (double time : new double[] {.003, .1, 4}) {
                    for (double beta : new double[] {.5, 2}) {
                        for (double y : new double[] {0, .01, -.3, 1, -7}) {
                            prior.kernel(0, time, beta, new double[] {y}, log, mean, variance);
                            double[] p = {0};
                            prior.proxCoordinate(0, time, new double[] {y}, p);
                            double[] k = quadrature(prior, time, beta, y, p[0]);
                            assertEquals(k[0], log[0], 1e-10 * (1 + Math.abs(k[0])));
                            assertEquals(k[1], mean[0], 1e-9 * (1 + Math.abs(k[1])));
                            assertEquals(1, variance[0] / k[2], 1e-8);
                        }
                    }
                }
            }
        }
    }

    /** log Z, mean and variance by Simpson's rule on both sides of the kink at 0. */
    private static double[] quadrature(
            SeparablePrior prior, double time, double beta, double y, double mode) {
        double width = 12 * Math.sqrt(2 * time / beta);
        double from = Math.min(mode, 0) - width;
        double to = Math.max(mode, 0) + width;
        int n = 20_000;
        double best =
                prior.potential(new double[] {mode}, 0) + (mode - y) * (mode - y) / (2 * time);
        double mass = 0;
        double first = 0;
        double second = 0;
        for (double[] part : new double[][] {{from, 0}, {0, to}}) {
            double h = (part[1] - part[0]) / n;
            for (int i = 0; i <= n; i++) {
                double z = part[0] + i * h;
                double e = prior.potential(new double[] {z}, 0) + (z - y) * (z - y) / (2 * time);
                double simpson = i == 0 || i == n ? 1 : i % 2 == 0 ? 2 : 4;
                double w = simpson * h / 3 * Math.exp(-beta / 2 * (e - best));
                mass += w;
                first += w * (z - mode);
                second += w * (z - mode) * (z - mode);
            }
        }
        first /= mass;
        return new double[] {
            Math.log(mass) - beta / 2 * best, mode + first, second / mass - first * first
        };
    }

    private static ReferenceVector vector(String name) {
        return ReferenceVector.of(ElasticNetPriorTest.class, "/vectors.json", name);
    }
}
