package org.headwater.solver.rwpo.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.prior.lowrank.internal.LowRankPriorProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nuclear norm posteriors against long Metropolis-adjusted Langevin runs of
 * benchmarks/low-rank/reference.py, whose Monte Carlo errors are at most .010 sd in the means and
 * .5 % in the standard deviations. Figures: docs/research/low-rank.md.
 */
class LowRankStatisticalTest {
    private static final String REFERENCES = "/low-rank-posteriors.json";

    static Prior prior(ReferencePosterior p) {
        LowRankPriorProvider provider = new LowRankPriorProvider();
        return provider.create(
                provider.info()
                        .settings()
                        .validate(Map.of("weight", p.weight()), "prior", Path.of("")),
                new FieldShape(p.rows(), p.columns()));
    }

    private static void check(String name, Map<String, ?> settings) throws IOException {
        ReferencePosterior p = ReferencePosterior.of(REFERENCES, name);
        Posterior posterior =
                TestProblems.run(TestProblems.problem(p.target(), prior(p)), settings, 1);
        p.assertMatches(posterior);
    }

    @ParameterizedTest
    @ValueSource(strings = {"regression", "denoising", "completion"})
    void agreesWithTheReferenceAtItsDefaults(String name) throws IOException {
        check(name, Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "mild-denoising, 200, 100",
        "denoising, 200, 100",
        "8x8-prior-wins, 300, 100",
        "8x8-map, 300, 100",
        "8x8-few-data, 300, 100",
        "8x8-map, 50, 400",
        "12x12-map, 300, 100"
    })
    void agreesWithTheReferenceWithinASmallBudget(String name, int particles, int iterations)
            throws IOException {
        check(name, Map.of("particles", particles, "iterations", iterations));
    }
}
