package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.headwater.api.StepInfo;

/** What diagnostics measured during the run; their names have a dot, the solver's have none. */
final class MeasuresSection {
    private static final int SHOWN = 12;

    private final List<StepInfo> steps;
    private final Html html;

    MeasuresSection(List<StepInfo> steps, Html html) {
        this.steps = steps;
        this.html = html;
    }

    void write() {
        Set<String> names = new LinkedHashSet<>();
        List<StepInfo> measured = new ArrayList<>();
        for (StepInfo step : steps) {
            List<String> own =
                    step.values().keySet().stream().filter(k -> k.contains(".")).toList();
            names.addAll(own);
            if (!own.isEmpty()) {
                measured.add(step);
            }
        }
        if (names.isEmpty()) {
            return;
        }
        html.section("measures", "What was measured on the way", "");
        html.element(
                "p",
                "Of the particles after some of the steps; all values are in diagnostics.csv. What"
                        + " the same measures say of the posterior's draws stands under what the"
                        + " solver says of itself.");
        List<String> head = new ArrayList<>(List.of("step"));
        head.addAll(names);
        List<List<String>> rows = new ArrayList<>();
        int shown = Math.min(measured.size(), SHOWN);
        for (int i = 0; i < shown; i++) {
            StepInfo step = measured.get(shown < 2 ? 0 : i * (measured.size() - 1) / (shown - 1));
            List<String> row = new ArrayList<>(List.of(Integer.toString(step.iteration())));
            for (String name : names) {
                Double value = step.values().get(name);
                row.add(value == null || value.isNaN() ? "" : Numbers.format(value, 3));
            }
            rows.add(row);
        }
        html.table("Measures during the run", head, Collections.nCopies(head.size(), true), rows);
        html.endSection();
    }
}
