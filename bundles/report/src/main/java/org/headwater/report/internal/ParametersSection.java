package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.ParameterBlock;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;

/** The tables of the parameters, a row for each. */
final class ParametersSection {
    private static final int ROWS_SHOWN = 40;
    private static final int ROWS_FOLDED = 600;

    private final RunResult run;
    private final boolean hasMaps;
    private final Html html;

    ParametersSection(RunResult run, boolean hasMaps, Html html) {
        this.run = run;
        this.hasMaps = hasMaps;
        this.html = html;
    }

    /** Adds the section. */
    void write() {
        if (run.summary().isEmpty()) {
            return;
        }
        html.section("parameters", "Parameters", "");
        int at = 0;
        for (ParameterBlock block : run.model().blocks()) {
            List<ParameterSummary> rows = run.summary().subList(at, at + block.size());
            at += block.size();
            boolean fold = rows.size() > ROWS_SHOWN || block.isField() && hasMaps;
            html.fold(fold, block.name() + ": " + rows.size() + " parameters");
            parameterTable(block, rows.subList(0, Math.min(rows.size(), ROWS_FOLDED)));
            if (rows.size() > ROWS_FOLDED) {
                html.element("p", "The first " + ROWS_FOLDED + " rows; all are in summary.csv.");
            }
            html.unfold(fold);
        }
        html.element(
                "p",
                "Mean, standard deviation (sd) and quantiles of the posterior; ESS is the effective"
                        + " number of independent draws, MCSE the error of the mean that comes from"
                        + " their finite number, R̂ compares replicates and should be below 1.01. An"
                        + " en dash: not defined for this run.",
                "class",
                "small");
        html.endSection();
    }

    private void parameterTable(ParameterBlock block, List<ParameterSummary> rows) {
        List<String> head =
                new ArrayList<>(
                        List.of(
                                "parameter",
                                "mean",
                                "sd",
                                "5 %",
                                "median",
                                "95 %",
                                "ESS",
                                "MCSE",
                                "R̂"));
        rows.get(0).exceedance().keySet().forEach(t -> head.add("P(> " + Numbers.format(t) + ")"));
        List<List<String>> cells = new ArrayList<>();
        for (ParameterSummary r : rows) {
            List<String> row =
                    new ArrayList<>(
                            List.of(
                                    r.name(),
                                    Numbers.roundedTo(r.mean(), r.sd()),
                                    Numbers.format(r.sd(), 2),
                                    Numbers.roundedTo(r.q05(), r.sd()),
                                    Numbers.roundedTo(r.q50(), r.sd()),
                                    Numbers.roundedTo(r.q95(), r.sd()),
                                    Numbers.format(r.ess(), 3),
                                    Numbers.format(r.mcse(), 2),
                                    Numbers.format(r.rhat(), 4)));
            r.exceedance().values().forEach(p -> row.add(Numbers.fixed(p, 3)));
            cells.add(row);
        }
        String unit = block.unit().isEmpty() ? "" : " (" + block.unit() + ")";
        html.table(
                block.name() + unit + (block.isField() ? "" : ", a nuisance parameter"),
                head,
                head.stream().map(h -> !h.equals(head.get(0))).toList(),
                cells);
    }

    /** Mean and central 90 % interval. */
    static String interval(ParameterSummary r) {
        return Numbers.withUnit(Numbers.roundedTo(r.mean(), r.sd()), r.unit())
                + " ("
                + Numbers.roundedTo(r.q05(), r.sd())
                + " to "
                + Numbers.roundedTo(r.q95(), r.sd())
                + ")";
    }
}
