package org.headwater.studies.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.headwater.diagnostics.Uniformity;
import org.headwater.runtime.Trial;
import org.headwater.studies.Calibration;
import org.headwater.studies.Calibration.Replicate;
import org.headwater.studies.CalibrationResult;
import org.headwater.studies.CalibrationResult.Coverage;

/** report.html of a calibration. */
final class CalibrationPage {
    private static final int WIDTH = 300;
    private static final int HEIGHT = 230;
    private static final int SHOWN = 9;
    private static final double BAND = 0.95;
    private static final String BLUE = "#2b6ca3";
    private static final String PALE = "#dbe7f1";
    private static final String GREY = "#8895a2";

    private final CalibrationResult result;
    private final int n;
    private final Uniformity test;

    private CalibrationPage(CalibrationResult result) {
        this.result = result;
        this.n = result.replicates().size();
        this.test = new Uniformity(n, CalibrationJudge.POINTS);
    }

    static String of(CalibrationResult result, Trial trial, long seed) {
        return new CalibrationPage(result).page(trial, seed);
    }

    private String page(Trial trial, long seed) {
        double seconds = result.replicates().stream().mapToDouble(Replicate::seconds).sum();
        Page page =
                new Page("Calibration of " + trial.name())
                        .verdict(result.verdict())
                        .text(
                                String.format(
                                        Locale.ROOT,
                                        "%d replicates with seed %d, solver %s, %.0f s of computing:"
                                                + " truths drawn from the prior, data simulated from"
                                                + " them, each posterior drawn by the solver.",
                                        n,
                                        seed,
                                        trial.solver(),
                                        seconds))
                        .heading("Coverage of central intervals");
        List<List<String>> rows = new ArrayList<>();
        for (Coverage c : result.coverage()) {
            rows.add(
                    List.of(
                            String.format(Locale.ROOT, "%.0f %%", 100 * c.level()),
                            String.format(
                                    Locale.ROOT,
                                    "%.1f ± %.1f %%",
                                    100 * c.found(),
                                    100 * c.error()),
                            String.format(Locale.ROOT, "%.0f %%", 100 * c.lowest()),
                            String.format(Locale.ROOT, "%.0f %%", 100 * c.highest())));
        }
        page.table(
                List.of("promised", "found", "lowest of a parameter", "highest of a parameter"),
                rows);
        page.figure(coverage(), "Share of truths inside central intervals, all parameters.");
        page.figure(histogram(), "Ranks of all parameters; even if calibrated.");
        int[] nearer = result.replicates().stream().mapToInt(Replicate::nearer).toArray();
        page.figure(
                ranks("TARP", nearer),
                String.format(
                        Locale.ROOT, "Ranks by distance, p = %s.", Page.number(result.distance())));
        page.heading("Ranks")
                .text(
                        "Empirical distribution of the ranks minus the uniform one, with bands that"
                                + " calibrated ranks stay within as a whole with probability .95. Above"
                                + " then below: draws too narrow; below then above: too wide; above"
                                + " throughout: draws too high; below: too low. The quantities with the"
                                + " smallest p-values first.");
        List<Integer> order =
                IntStream.range(0, result.pValues().length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(q -> result.pValues()[q]))
                        .limit(SHOWN)
                        .toList();
        for (int q : order) {
            String name = result.quantities().get(q);
            page.figure(
                    ranks(name, CalibrationJudge.ranks(result.replicates(), q)),
                    "p = " + Page.number(result.pValues()[q]));
        }
        page.heading("Method")
                .text(
                        "Simulation-based calibration (Talts et al., arXiv 1804.06788) with the"
                                + " misfit and the prior's potential as further quantities (Modrák et"
                                + " al., doi:10.1214/23-BA1404); exact simultaneous bands (Säilynoja et"
                                + " al., doi:10.1007/s11222-022-10090-6); TARP (Lemos et al., arXiv"
                                + " 2302.03026). Noise whose level follows the data (noise.relative) is"
                                + " simulated with the level of the noise-free data and fitted with that"
                                + " of the noisy ones.");
        return page.close();
    }

    private Plot coverage() {
        Plot plot =
                new Plot(WIDTH, HEIGHT, new double[] {0, 1}, new double[] {0, 1}, false, false)
                        .axes("Coverage", "promised", "found")
                        .line(new double[] {0, 1}, new double[] {0, 1}, GREY, true);
        for (Coverage c : result.coverage()) {
            double[] at = {c.level(), c.level()};
            double[] error = {c.found() - 2 * c.error(), c.found() + 2 * c.error()};
            plot.line(at, error, BLUE, false).dot(c.level(), c.found(), BLUE);
        }
        return plot;
    }

    private Plot histogram() {
        int d = result.replicates().get(0).below().length;
        int bins = CalibrationJudge.POINTS;
        double[] count = new double[bins];
        for (Replicate r : result.replicates()) {
            for (int j = 0; j < d; j++) {
                count[r.ranks()[j] * bins / (Calibration.RANKS + 1)] += (double) bins / n / d;
            }
        }
        double most = 2;
        for (double c : count) {
            most = Math.max(most, 1.1 * c);
        }
        Plot plot =
                new Plot(WIDTH, HEIGHT, new double[] {0, 1}, new double[] {0, most}, false, false);
        for (int b = 0; b < bins; b++) {
            plot.bar((double) b / bins, (b + 1.0) / bins, count[b], "#7fa8cc");
        }
        return plot.axes("Ranks", "rank", "relative frequency")
                .line(new double[] {0, 1}, new double[] {1, 1}, GREY, true);
    }

    private Plot ranks(String name, int[] ranks) {
        int points = test.points();
        int[] counts = test.counts(ranks, Calibration.RANKS);
        int[][] band = test.band(BAND);
        double[] z = new double[points + 1];
        double[] low = new double[points + 1];
        double[] high = new double[points + 1];
        double[] found = new double[points + 1];
        double most = 0.05;
        for (int k = 1; k < points; k++) {
            z[k] = (double) k / points;
            low[k] = (double) band[0][k - 1] / n - z[k];
            high[k] = (double) band[1][k - 1] / n - z[k];
            found[k] = (double) counts[k - 1] / n - z[k];
            most = Math.max(most, Math.max(Math.abs(found[k]), Math.max(high[k], -low[k])));
        }
        z[points] = 1;
        most *= 1.1;
        return new Plot(
                        WIDTH,
                        HEIGHT,
                        new double[] {0, 1},
                        new double[] {-most, most},
                        false,
                        false)
                .band(z, low, high, PALE)
                .axes(name, "rank", "difference")
                .line(z, found, BLUE, false);
    }
}
