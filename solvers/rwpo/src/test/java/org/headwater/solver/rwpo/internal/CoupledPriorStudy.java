package org.headwater.solver.rwpo.internal;

import java.io.IOException;
import java.util.Map;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.junit.jupiter.api.Test;

/** The tables of docs/research/tv.md and low-rank.md, within what the tests ask of some. */
class CoupledPriorStudy {
    @Test
    void lowRank() throws IOException {
        for (ReferencePosterior p : ReferencePosterior.all("/low-rank-posteriors.json")) {
            rows(p, LowRankStatisticalTest.prior(p));
        }
    }

    @Test
    void totalVariationOfImages() throws IOException {
        for (ReferencePosterior p : ReferencePosterior.all("/tv2d-posteriors.json")) {
            boolean isotropic = p.text("tv").equals("isotropic");
            rows(p, TotalVariationTest.tv(p.weight(), isotropic, p.rows(), p.columns()));
        }
    }

    private static void rows(ReferencePosterior p, Prior prior) {
        Moments truth = p.truth();
        for (int iterations : new int[] {100, 300}) {
            Map<String, Integer> settings = Map.of("iterations", iterations);
            Posterior posterior =
                    TestProblems.run(TestProblems.problem(p.target(), prior), settings, 1);
            Moments found = Moments.of(posterior.draws());
            double ratio = 0;
            for (int j = 0; j < truth.sd().length; j++) {
                ratio += found.sd()[j] / truth.sd()[j] / truth.sd().length;
            }
            System.out.printf(
                    "%s %s: mean error %.3f, sd ratio %.3f [%.3f, %.3f], correlation error %.3f%n",
                    p.text("name"),
                    settings,
                    found.meanError(truth),
                    ratio,
                    found.leastSdRatio(truth),
                    found.largestSdRatio(truth),
                    found.correlationError(truth));
            p.assertMatches(posterior);
        }
    }
}
