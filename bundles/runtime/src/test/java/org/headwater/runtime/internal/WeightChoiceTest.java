package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.gaussian.internal.GaussianPriorProvider;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weight: auto} against marginal likelihoods by quadrature and in closed form. */
class WeightChoiceTest {
    private static final int D = 60;

    @TempDir private Path folder;

    /** y_i = x_i + N(0, sd²): writes the data and the problem. */
    private Path problem(double[] y, double sd, String prior) throws Exception {
        StringBuilder a = new StringBuilder();
        StringBuilder data = new StringBuilder();
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                a.append(j == 0 ? "" : ",").append(i == j ? 1 : 0);
            }
            a.append('\n');
            data.append(y[i]).append('\n');
        }
        Files.writeString(folder.resolve("A.csv"), a);
        Files.writeString(folder.resolve("y.csv"), data);
        Path file = folder.resolve("p.yaml");
        Files.writeString(
                file,
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\nnoise: {sd: "
                        + sd
                        + "}\nprior: "
                        + prior
                        + "\nsolver: {particles: 200}\n");
        return file;
    }

    private double chosen(Path file, String out) throws Exception {
        PluginRegistry plugins = TestPlatform.plugins();
        plugins.add(TestPlatform.plugin(PluginKind.PRIOR, new GaussianPriorProvider(), "0.1.0"));
        JobManager jobs = TestPlatform.jobs(plugins, 2);
        Job job =
                jobs.submit(
                        ProblemFile.read(file, List.of()),
                        new RunOptions(folder.resolve(out), "test", null));
        job.await();
        jobs.close();
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        Map<String, Object> manifest =
                Json.object(Files.readString(folder.resolve(out).resolve("manifest.json")));
        Map<?, ?> weight = (Map<?, ?>) manifest.get("prior-weight");
        assertEquals(true, weight.get("settled"), () -> weight.toString());
        assertTrue(weight.get("rule").toString().contains("marginal likelihood"));
        return ((Number) weight.get("value")).doubleValue();
    }

    /** The argument of a unimodal function's maximum, by trisection. */
    private static double argmax(DoubleUnaryOperator f, double low, double high) {
        double a = low;
        double b = high;
        for (int i = 0; i < 60; i++) {
            double m1 = a + (b - a) / 3;
            double m2 = b - (b - a) / 3;
            if (f.applyAsDouble(m1) < f.applyAsDouble(m2)) {
                a = m1;
            } else {
                b = m2;
            }
        }
        return (a + b) / 2;
    }

    /** ∏ ∫ (w/2)·exp(−w|x|)·N(y_i; x, sd²) dx by the trapezoidal rule. */
    @Test
    void theWeightOfAnL1PriorMaximisesTheMarginalLikelihood() throws Exception {
        double sd = 0.4;
        KeyedRandom random = KeyedRandom.of(11);
        double[] y = new double[D];
        for (int i = 0; i < D; i++) {
            double u = random.uniform() - 0.5;
            double laplace = -Math.signum(u) * Math.log(1 - 2 * Math.abs(u)) / 1.5;
            y[i] = laplace + sd * random.gaussian();
        }
        double exact =
                argmax(
                        w -> {
                            double sum = 0;
                            for (double v : y) {
                                double p = 0;
                                double h = 0.005;
                                for (double x = v - 6 * sd; x < v + 6 * sd; x += h) {
                                    double r = (v - x) / sd;
                                    p += h * w / 2 * Math.exp(-w * Math.abs(x) - r * r / 2);
                                }
                                sum += Math.log(p);
                            }
                            return sum;
                        },
                        0.3,
                        6);
        Path file = problem(y, sd, "{type: l1, weight: auto}");
        double found = chosen(file, "first");
        assertEquals(1, found / exact, 0.05, () -> found + " against " + exact);
        assertEquals(found, chosen(file, "second"));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("first/posterior.npy")),
                Files.readAllBytes(folder.resolve("second/posterior.npy")));
    }

    /** y_i ~ N(0, τ² + sd²): the likeliest τ² is mean(y²) − sd². */
    @Test
    void theWidthOfAGaussianPriorMaximisesTheMarginalLikelihood() throws Exception {
        double sd = 0.5;
        KeyedRandom random = KeyedRandom.of(12);
        double[] y = new double[D];
        double squares = 0;
        for (int i = 0; i < D; i++) {
            y[i] = 1.3 * random.gaussian() + sd * random.gaussian();
            squares += y[i] * y[i] / D;
        }
        double exact = 1 / (squares - sd * sd);
        double found = chosen(problem(y, sd, "{type: gaussian, sd: auto}"), "out");
        assertEquals(1, found / exact, 0.05, () -> found + " against " + exact);
    }
}
