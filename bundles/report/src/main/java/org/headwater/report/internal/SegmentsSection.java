package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.runtime.RunResult;

/** The segments of a run side by side, with how well each predicts the data. */
final class SegmentsSection {
    private final RunResult run;
    private final Map<String, byte[]> pictures;
    private final Html html;

    SegmentsSection(RunResult run, Map<String, byte[]> pictures, Html html) {
        this.run = run;
        this.pictures = pictures;
        this.html = html;
    }

    /** The segments side by side, with how well each predicts the data. */
    void write() {
        if (run.segments().size() < 2) {
            return;
        }
        html.section("segments", "The segments compared", "");
        html.element(
                "p",
                "Plug-ins were exchanged while the run went on. Everything else in this report is of"
                        + " the last segment; the draws of earlier ones are in segments/.");
        List<List<String>> rows = new ArrayList<>();
        for (RunResult.Segment s : run.segments()) {
            rows.add(
                    List.of(
                            Integer.toString(s.number()),
                            (s.from() + 1) + " to " + (s.from() + s.iterations()),
                            SettingsSections.settings(s.sections().get("prior")),
                            SettingsSections.settings(s.sections().get("noise")),
                            Numbers.format(s.score().misfit(), 3),
                            Numbers.format(s.score().crps(), 4),
                            Numbers.format(100 * s.score().coverage(), 3),
                            Numbers.format(s.score().dic(), 5),
                            Numbers.format(s.score().effectiveParameters(), 3)));
        }
        html.table(
                "How well each segment predicts the data",
                List.of(
                        "segment",
                        "iterations",
                        "prior",
                        "noise",
                        "χ² per datum at the mean",
                        "CRPS",
                        "in 90 % interval (%)",
                        "DIC",
                        "effective parameters"),
                List.of(false, false, false, false, true, true, true, true, true),
                rows);
        html.element(
                "p",
                "CRPS, the continuous ranked probability score of the posterior-predictive"
                        + " distribution in units of the noise, and DIC, the deviance information"
                        + " criterion: less is better. About 90 % of the data should lie in their 90 %"
                        + " interval. All scores use the data that the posteriors have seen: a prior"
                        + " that follows the noise has a good χ² and CRPS, and DIC charges it for its"
                        + " effective parameters. DIC compares priors under the same noise only, and a"
                        + " segment that was cut short may not have converged.",
                "class",
                "small");
        html.open("div", "class", "maps").line();
        for (RunResult.Segment s : run.segments()) {
            String of =
                    "Segment "
                            + s.number()
                            + ", prior "
                            + SettingsSections.settings(s.sections().get("prior"));
            html.figure(
                    pictures.get(RunReport.segmentPicture(s)),
                    "Posterior mean of segment " + s.number() + ".",
                    of + ".");
        }
        html.close("div");
        html.endSection();
    }
}
