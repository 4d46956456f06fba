package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Total variation: of a vector in its increments, of an image by Metropolis-adjusted chains. */
class TotalVariationTest {
    static Prior tv(double weight, boolean isotropic, int... shape) {
        TvPriorProvider provider = new TvPriorProvider();
        return provider.create(
                provider.info()
                        .settings()
                        .validate(
                                Map.of("weight", weight, "isotropic", isotropic),
                                "prior",
                                Path.of("")),
                new FieldShape(shape));
    }

    /** The figures of docs/research/tv.md. */
    private static void report(String name, Moments found, Moments truth) {
        double ratio = 0;
        for (int j = 0; j < truth.sd().length; j++) {
            ratio += found.sd()[j] / truth.sd()[j] / truth.sd().length;
        }
        System.out.printf(
                "tv: %s: mean error %.3f, sd ratio %.3f [%.3f, %.3f], correlation error %.3f%n",
                name,
                found.meanError(truth),
                ratio,
                found.leastSdRatio(truth),
                found.largestSdRatio(truth),
                found.correlationError(truth));
    }

    /**
     * Deconvolution of a step function, d = 64, against exact Gibbs sampling, whose Monte Carlo
     * error is .002 sd in the mean and .2 % in the sd.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void chainAgreesWithTheReferencePosterior(long seed) throws Exception {
        JsonObject p;
        try (Reader reader =
                new InputStreamReader(
                        TotalVariationTest.class.getResourceAsStream("/tv1d-posterior.json"),
                        StandardCharsets.UTF_8)) {
            p =
                    new Gson()
                            .fromJson(reader, JsonObject.class)
                            .getAsJsonArray("problems")
                            .get(0)
                            .getAsJsonObject();
        }
        Gson gson = new Gson();
        Quadratic target =
                Quadratic.leastSquares(
                        gson.fromJson(p.get("A"), double[][].class),
                        gson.fromJson(p.get("y"), double[].class),
                        p.get("sigma").getAsDouble());
        Moments truth =
                Moments.ofCovariance(
                        gson.fromJson(p.get("mean"), double[].class),
                        gson.fromJson(p.get("cov"), double[][].class));
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(
                                target, tv(p.get("lam").getAsDouble(), true, target.d)),
                        Map.of(),
                        seed);
        Moments found = Moments.of(posterior.draws());
        report("chain, seed " + seed, found, truth);
        assertTrue(found.meanError(truth) <= 0.06, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) >= 0.90, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) <= 1.10, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) <= 0.03,
                () -> "correlation " + found.correlationError(truth));
        assertEquals(List.of(), posterior.reasons());
    }

    /**
     * Step images, noisy or blurred too, against the single-site Metropolis runs of
     * benchmarks/tv/reference.py, whose errors are at most .007 sd in the means and .3 % in the
     * standard deviations.
     */
    @ParameterizedTest
    @CsvSource({
        "4x4-light, 300, 100",
        "4x4-anisotropic, 300, 100",
        "4x4-strong, 300, 100",
        "4x4-prior-wins, 300, 100",
        "8x8, 300, 100",
        "8x8-deblurring, 300, 100",
        "8x8-deblurring, 64, 300",
        "4x4-strong, 17, 1000"
    })
    void imageAgreesWithTheReferencePosterior(String name, int particles, int iterations)
            throws Exception {
        ReferencePosterior p = ReferencePosterior.of("/tv2d-posteriors.json", name);
        boolean isotropic = p.text("tv").equals("isotropic");
        Prior prior = tv(p.weight(), isotropic, p.rows(), p.columns());
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(p.target(), prior),
                        Map.of("particles", particles, "iterations", iterations),
                        1);
        report(name + ", " + particles + " particles", Moments.of(posterior.draws()), p.truth());
        p.assertMatches(posterior);
    }
}
