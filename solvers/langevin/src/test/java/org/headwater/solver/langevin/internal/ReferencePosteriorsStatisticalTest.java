package org.headwater.solver.langevin.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Reason;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.solver.langevin.internal.TestProblems.Estimate;
import org.headwater.solver.langevin.internal.TestProblems.Quadratic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Posteriors with l1 and total-variation priors against long runs of independent samplers in
 * another language: means and standard deviations of every parameter, as z-scores over the Monte
 * Carlo errors of both. Fixed seeds. Under the null |z| &gt; 4.5 has odds of 7e-6, over the 370 or
 * so that are looked at of .25 %; and the errors are small enough that a bias of a tenth of a
 * standard deviation would show.
 */
class ReferencePosteriorsStatisticalTest {
    private static final double LIMIT = 4.5;
    private static final double SMALL_ERROR = 0.04;

    @ParameterizedTest
    @CsvSource({
        "bayes_lasso_d10, mala, 3000",
        "bayes_lasso_d10, nuts, 600",
        "bayes_lasso_d10, pcn, 6000",
        "bayes_lasso_d10, gibbs, 1000",
        "tv1d_deconv_d64, nuts, 600",
        "tv1d_deconv_d64, gibbs, 600",
        "4x4-strong, mala, 4000",
        "4x4-prior-wins, nuts, 800"
    })
    void agrees(String name, String method, int iterations) throws IOException {
        JsonObject p = problem(name);
        Gson gson = new Gson();
        Quadratic target =
                Quadratic.leastSquares(
                        gson.fromJson(p.get("A"), double[][].class),
                        gson.fromJson(p.get("y"), double[].class),
                        p.get("noise").getAsDouble());
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(target, prior(p)),
                        Map.of("method", method, "iterations", iterations),
                        1);
        double[] mean = gson.fromJson(p.get("mean"), double[].class);
        double[] sd = gson.fromJson(p.get("posteriorSd"), double[].class);
        for (int j = 0; j < mean.length; j++) {
            Estimate found = Estimate.of(posterior, j);
            double meanError = Math.hypot(found.meanError(), error(p.get("meanError"), j, sd));
            double sdError = Math.hypot(found.sdError(), error(p.get("sdError"), j, sd));
            assertTrue(
                    meanError < SMALL_ERROR * sd[j],
                    "error of mean " + j + " " + meanError / sd[j]);
            assertTrue(sdError < SMALL_ERROR * sd[j], "error of sd " + j + " " + sdError / sd[j]);
            assertEquals(0, (found.mean() - mean[j]) / meanError, LIMIT, "mean of " + j);
            assertEquals(0, (found.sd() - sd[j]) / sdError, LIMIT, "sd of " + j);
        }
        assertTrue(
                posterior.reasons().stream().noneMatch(r -> r.status() == Reason.Status.FAIL),
                () -> posterior.reasons().toString());
    }

    private static Prior prior(JsonObject p) {
        int[] shape = new Gson().fromJson(p.get("shape"), int[].class);
        JsonObject prior = p.getAsJsonObject("prior");
        return TestProblems.prior(
                prior.get("type").getAsString().equals("l1")
                        ? new L1PriorProvider()
                        : new TvPriorProvider(),
                Map.of("weight", prior.get("weight").getAsDouble()),
                shape);
    }

    /** Given by coordinate in the parameter's unit, or for all as a share of its sd. */
    private static double error(JsonElement e, int j, double[] sd) {
        return e instanceof JsonArray a ? a.get(j).getAsDouble() : e.getAsDouble() * sd[j];
    }

    private static JsonObject problem(String name) throws IOException {
        try (Reader reader =
                new InputStreamReader(
                        ReferencePosteriorsStatisticalTest.class.getResourceAsStream(
                                "/posteriors.json"),
                        StandardCharsets.UTF_8)) {
            for (JsonElement p :
                    new Gson().fromJson(reader, JsonObject.class).getAsJsonArray("problems")) {
                if (p.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return p.getAsJsonObject();
                }
            }
        }
        throw new IllegalArgumentException(name);
    }
}
