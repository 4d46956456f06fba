package org.headwater.runtime.internal;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.headwater.api.Diagnostic;
import org.headwater.api.Ensemble;
import org.headwater.api.Problem;
import org.headwater.api.StepInfo;
import org.headwater.api.Workers;

/**
 * What {@link Diagnostic} services measure during a run, kept with the values of its steps as
 * {@code NAME.MEASURE}, which no value of a solver is named like. A diagnostic that throws is told
 * and left out from then on.
 */
final class Measurements {
    /** The file of a run directory. */
    static final String FILE = "diagnostics.csv";

    private static final String SEPARATOR = ".";

    private final Supplier<List<Diagnostic>> services;
    private final Set<String> told = new HashSet<>();

    /**
     * @param services those that there are
     */
    Measurements(Supplier<List<Diagnostic>> services) {
        this.services = services;
    }

    /**
     * A step's account with what is measured after it.
     *
     * @param points none if the solver has none
     * @param notice told, once each, what could not be measured
     */
    StepInfo added(
            StepInfo info,
            Problem problem,
            Optional<Ensemble> points,
            Workers workers,
            Consumer<String> notice) {
        List<Diagnostic> all = services.get();
        if (all.isEmpty() || points.isEmpty()) {
            String what = all.isEmpty() ? "no diagnostic is installed" : "the solver has no points";
            once(what, "diagnostics: " + what + " to measure", notice);
            return info;
        }
        Map<String, Double> values = new LinkedHashMap<>(info.values());
        for (Diagnostic diagnostic : all) {
            String name = diagnostic.name();
            if (told.contains(name)) {
                continue;
            }
            try {
                diagnostic
                        .measure(problem, points.get(), workers)
                        .forEach((key, value) -> values.put(name + SEPARATOR + key, value));
            } catch (RuntimeException | LinkageError e) {
                once(name, "diagnostic " + name + " failed and is left out: " + e, notice);
            }
        }
        return new StepInfo(
                info.iteration(), info.residual(), info.spread(), info.failed(), values);
    }

    private void once(String key, String line, Consumer<String> notice) {
        if (told.add(key)) {
            notice.accept(line);
        }
    }

    /**
     * A line for each step after which there was a measurement, and one for the posterior's draws;
     * empty if there was none.
     */
    static Optional<String> csv(List<StepInfo> steps, Map<String, Double> draws) {
        Set<String> names = new LinkedHashSet<>();
        for (StepInfo step : steps) {
            step.values().keySet().stream().filter(k -> k.contains(SEPARATOR)).forEach(names::add);
        }
        draws.keySet().stream().filter(k -> k.contains(SEPARATOR)).forEach(names::add);
        if (names.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder("iteration,").append(String.join(",", names));
        out.append('\n');
        for (StepInfo step : steps) {
            if (step.values().keySet().stream().anyMatch(names::contains)) {
                row(out, Integer.toString(step.iteration()), names, step.values());
            }
        }
        row(out, "draws", names, draws);
        return Optional.of(out.toString());
    }

    private static void row(
            StringBuilder out, String label, Set<String> names, Map<String, Double> values) {
        out.append(label);
        for (String name : names) {
            Double value = values.get(name);
            out.append(',').append(value == null || value.isNaN() ? "" : value.toString());
        }
        out.append('\n');
    }
}
