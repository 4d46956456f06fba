package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.headwater.api.DataLayout;

/** Whether the prediction fits the data: residuals, χ², and the same by electrode, angle, … */
final class FitSection {
    private static final int ROWS_SHOWN = 40;

    private final DataLayout layout;
    private final double[] residuals;
    private final double determined;
    private final Map<String, byte[]> pictures;
    private final Html html;

    FitSection(
            DataLayout layout,
            double[] residuals,
            double determined,
            Map<String, byte[]> pictures,
            Html html) {
        this.layout = layout;
        this.residuals = residuals;
        this.determined = determined;
        this.pictures = pictures;
        this.html = html;
    }

    /** Adds the section. */
    void write() {
        int m = residuals.length;
        if (m == 0) {
            return;
        }
        html.section("fit", "Does it fit the data?", "");
        double reduced = meanSquare(residuals);
        html.open("p");
        html.text("The mean prediction leaves χ² per datum = ")
                .element("b", Numbers.format(reduced, 3))
                .text(
                        " (the mean of the squared residuals, each divided by its noise's standard"
                                + " deviation). ");
        html.text(judgement(reduced, m)).close("p");
        html.figure(
                pictures.get("fit"),
                "Left: measured against predicted data. Right: standardised residuals of "
                        + m
                        + " data, "
                        + outside()
                        + " % of them beyond ±2, and their histogram.",
                "Left: on the line the prediction is exact. Right: residuals should scatter evenly"
                        + " about zero, about 5 % of them beyond the dashed lines at ±2 ("
                        + outside()
                        + " % are), without a pattern: a pattern is what the model does not know.");
        groupTable();
        html.endSection();
    }

    /**
     * With the right model and noise χ² of the mean prediction is about m − p, p the number of
     * combinations of unknowns that the data determine; below 1 is no fault by itself.
     */
    private String judgement(double reduced, int m) {
        if (!Double.isFinite(reduced) || !Double.isFinite(determined)) {
            return "The prediction is not finite: see the verdict.";
        }
        double free = Math.max(0, m - determined);
        double expected = free / m;
        double slack = 2 * Math.sqrt(2 * Math.max(1, free)) / m;
        double most = 1 + 2 * Math.sqrt(2.0 / m);
        String about =
                Numbers.format(expected, 2)
                        + " ± "
                        + Numbers.format(slack, 2)
                        + " is expected: 1, less what goes to the "
                        + Numbers.format(Math.min(m, determined), 2)
                        + " combinations of unknowns that the data determine.";
        if (reduced > most) {
            return "That is too much; "
                    + about
                    + " The data deviate by more than the stated noise: the model lacks something, or"
                    + " the noise is larger than stated. The uncertainties are then too small.";
        }
        if (reduced < expected - slack) {
            return "That is little; "
                    + about
                    + " The noise may be smaller than stated; the uncertainties are then too large.";
        }
        return "That is as it should be; " + about;
    }

    private String outside() {
        long beyond = Arrays.stream(residuals).filter(r -> Math.abs(r) > 2).count();
        return Numbers.format(100.0 * beyond / residuals.length, 2);
    }

    private void groupTable() {
        if (layout.groups().isEmpty()) {
            return;
        }
        Map<Integer, List<Double>> groups = new TreeMap<>();
        for (int i = 0; i < residuals.length; i++) {
            groups.computeIfAbsent(layout.group()[i], k -> new ArrayList<>()).add(residuals[i]);
        }
        List<List<String>> rows = new ArrayList<>();
        groups.forEach(
                (group, values) -> {
                    double[] r = values.stream().mapToDouble(Double::doubleValue).toArray();
                    double mean = Arrays.stream(r).average().orElse(Double.NaN);
                    double worst = Arrays.stream(r).map(Math::abs).max().orElse(Double.NaN);
                    rows.add(
                            List.of(
                                    layout.groups().get(group),
                                    Integer.toString(r.length),
                                    Numbers.fixed(meanSquare(r), 2),
                                    Numbers.fixed(mean, 2),
                                    Numbers.fixed(worst, 2)));
                });
        boolean fold = rows.size() > ROWS_SHOWN;
        html.fold(fold, "Fit by " + layout.grouping());
        html.table(
                "Fit by "
                        + layout.grouping()
                        + ": a group that stands out points to a bad "
                        + layout.grouping(),
                List.of(
                        layout.grouping(),
                        "data",
                        "χ² per datum",
                        "mean residual",
                        "largest |residual|"),
                List.of(false, true, true, true, true),
                rows);
        html.unfold(fold);
    }

    /** Mean of the squares. */
    static double meanSquare(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v * v;
        }
        return sum / values.length;
    }
}
