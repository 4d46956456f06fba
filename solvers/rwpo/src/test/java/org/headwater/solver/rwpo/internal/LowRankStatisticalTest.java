package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.prior.lowrank.internal.LowRankPriorProvider;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nuclear norm posteriors against long Metropolis-adjusted Langevin runs of
 * benchmarks/low-rank/reference.py, whose Monte Carlo errors are .004 sd in the means and .2 % in
 * the standard deviations. The bounds of the last two problems record how far the method reaches
 * (docs/research/low-rank.md).
 */
class LowRankStatisticalTest {
    @ParameterizedTest
    @CsvSource({
        "regression, 0.10, 0.90, 1.12",
        "mild-denoising, 0.10, 0.90, 1.12",
        "completion, 0.10, 0.90, 1.50",
        "denoising, 0.20, 0.90, 1.25"
    })
    void agreesWithTheReferencePosterior(String name, double mean, double least, double largest)
            throws IOException {
        JsonObject p = problem(name);
        Gson gson = new Gson();
        Quadratic target =
                Quadratic.leastSquares(
                        gson.fromJson(p.get("A"), double[][].class),
                        gson.fromJson(p.get("y"), double[].class),
                        p.get("sd").getAsDouble());
        Moments truth =
                Moments.ofCovariance(
                        gson.fromJson(p.get("mean"), double[].class),
                        gson.fromJson(p.get("cov"), double[][].class));
        LowRankPriorProvider provider = new LowRankPriorProvider();
        Prior prior =
                provider.create(
                        provider.info()
                                .settings()
                                .validate(
                                        Map.of("weight", p.get("weight").getAsDouble()),
                                        "prior",
                                        Path.of("")),
                        new FieldShape(p.get("rows").getAsInt(), p.get("columns").getAsInt()));
        Posterior posterior = TestProblems.run(TestProblems.problem(target, prior), Map.of(), 1);
        Moments found = Moments.of(posterior.draws());
        String figures =
                "mean error "
                        + found.meanError(truth)
                        + ", sd ratios "
                        + found.leastSdRatio(truth)
                        + " to "
                        + found.largestSdRatio(truth);
        assertTrue(found.meanError(truth) <= mean, figures);
        assertTrue(found.leastSdRatio(truth) >= least, figures);
        assertTrue(found.largestSdRatio(truth) <= largest, figures);
    }

    private static JsonObject problem(String name) throws IOException {
        try (Reader reader =
                new InputStreamReader(
                        LowRankStatisticalTest.class.getResourceAsStream(
                                "/low-rank-posteriors.json"),
                        StandardCharsets.UTF_8)) {
            JsonObject all = new Gson().fromJson(reader, JsonObject.class);
            for (JsonElement p : all.getAsJsonArray("problems")) {
                if (p.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return p.getAsJsonObject();
                }
            }
        }
        throw new IllegalArgumentException("no problem " + name);
    }
}
