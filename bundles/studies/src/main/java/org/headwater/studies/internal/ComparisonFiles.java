package org.headwater.studies.internal;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Trial;
import org.headwater.studies.Accuracy;
import org.headwater.studies.Comparison.Entry;
import org.headwater.studies.Comparison.Options;
import org.headwater.studies.Comparison.Result;

/** comparison.json, comparison.csv and report.html. */
public final class ComparisonFiles {
    private static final String[] COLOURS = {
        "#2b6ca3", "#c2571a", "#2d8a4e", "#8d4bab", "#b3261e", "#6b7480", "#a8861b", "#157f8c"
    };

    private ComparisonFiles() {}

    /**
     * Makes the directory, if it is not there; before a long comparison rather than after it.
     *
     * @return whether it was made
     * @throws InvalidInputException if it holds files
     */
    public static boolean claim(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(directory);
            return true;
        }
        if (!Files.isDirectory(directory)) {
            throw InvalidInputException.of(
                    "--output", "must be a directory", directory, "choose another name");
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw InvalidInputException.of(
                        "--output",
                        "must be a new or an empty directory",
                        directory + ", which holds files",
                        "choose another name");
            }
        }
        if (!Files.isWritable(directory)) {
            throw new AccessDeniedException(directory.toString());
        }
        return false;
    }

    /** Takes away an empty directory that was made for a comparison that did not end. */
    public static void discard(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                return;
            }
        }
        Files.delete(directory);
    }

    /** Writes all. */
    public static void write(Path directory, Trial trial, Options options, Result result)
            throws IOException {
        StudyFiles.write(
                directory.resolve("comparison.json"),
                new GsonBuilder()
                        .setPrettyPrinting()
                        .serializeNulls()
                        .create()
                        .toJson(json(trial, options, result)));
        StudyFiles.write(directory.resolve("comparison.csv"), csv(result));
        StudyFiles.write(directory.resolve("report.html"), page(trial, options, result));
    }

    private static Map<String, Object> json(Trial trial, Options options, Result result) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("problem", trial.name());
        out.put("fingerprint", trial.fingerprint());
        out.put("budget", options.budget());
        out.put("seed", options.seed());
        out.put("reference", result.reference());
        out.put("reference-error", StudyFiles.finite(result.floor()));
        out.put("reference-doubts", result.doubts());
        List<Object> runs = new ArrayList<>();
        for (Entry e : result.entries()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("solver", e.solver());
            row.put("budget", e.budget());
            row.put("evaluations", e.evaluations());
            row.put("jacobians", e.jacobians());
            row.put("cost", e.cost());
            row.put("seconds", StudyFiles.finite(e.seconds()));
            row.put("verdict", e.verdict());
            Accuracy a = e.accuracy();
            row.put("mean-error", StudyFiles.finite(a.mean()));
            row.put("sd-ratio-least", StudyFiles.finite(a.leastSd()));
            row.put("sd-ratio-mean", StudyFiles.finite(a.meanSd()));
            row.put("sd-ratio-largest", StudyFiles.finite(a.largestSd()));
            row.put("correlation-error", StudyFiles.finite(a.correlation()));
            row.put("energy-distance", StudyFiles.finite(a.energy()));
            row.put("fault", e.fault());
            runs.add(row);
        }
        out.put("runs", runs);
        return out;
    }

    private static String csv(Result result) {
        StringBuilder s =
                new StringBuilder(
                        "solver,budget,evaluations,jacobians,cost,seconds,verdict,mean-error,"
                                + "sd-ratio-least,sd-ratio-mean,sd-ratio-largest,"
                                + "correlation-error,energy-distance,fault\n");
        for (Entry e : result.entries()) {
            s.append(StudyFiles.quoted(e.solver())).append(',').append(e.budget()).append(',');
            s.append(e.evaluations()).append(',').append(e.jacobians()).append(',');
            s.append(e.cost()).append(',').append(cell(e.seconds())).append(',');
            s.append(e.verdict());
            Accuracy a = e.accuracy();
            for (double v :
                    new double[] {
                        a.mean(),
                        a.leastSd(),
                        a.meanSd(),
                        a.largestSd(),
                        a.correlation(),
                        a.energy()
                    }) {
                s.append(',').append(cell(v));
            }
            s.append(',').append(StudyFiles.quoted(e.fault())).append('\n');
        }
        return s.toString();
    }

    private static String cell(double v) {
        return Double.isFinite(v) ? String.format(Locale.ROOT, "%.6g", v) : "";
    }

    private static String page(Trial trial, Options options, Result result) {
        Page page =
                new Page("Solvers on " + trial.name())
                        .text(
                                "Every solver at the same number of evaluations of the model with"
                                        + " its gradient (a Jacobian counts as min(d, m) of them), "
                                        + options.budget()
                                        + " at most. Reference: "
                                        + result.reference()
                                        + (Double.isNaN(result.floor())
                                                ? "."
                                                : ", whose means are known to "
                                                        + Page.number(result.floor())
                                                        + " standard deviations: smaller errors"
                                                        + " cannot be told."));
        result.doubts().forEach(d -> page.text("The reference itself is in doubt: " + d + "."));
        page.heading("With the whole budget");
        List<List<String>> rows = new ArrayList<>();
        for (Entry e : result.entries()) {
            if (e.budget() == options.budget()) {
                rows.add(row(e));
            }
        }
        page.table(
                List.of(
                        "solver",
                        "verdict",
                        "mean error / sd",
                        "sd ratio [least, largest]",
                        "correlation error",
                        "energy distance/√d",
                        "evaluations",
                        "seconds"),
                rows);
        page.heading("Accuracy");
        page.figure(plot(result, "evaluations", Entry::cost), "Error of the means, rms.");
        page.figure(plot(result, "seconds", Entry::seconds), "The same against time.");
        return page.close();
    }

    private static List<String> row(Entry e) {
        if (!e.fault().isEmpty()) {
            return List.of(e.solver(), e.fault(), "", "", "", "", "", "");
        }
        Accuracy a = e.accuracy();
        return List.of(
                e.solver(),
                e.verdict(),
                Page.number(a.mean()),
                String.format(
                        Locale.ROOT, "%.3f [%.3f, %.3f]", a.meanSd(), a.leastSd(), a.largestSd()),
                Page.number(a.correlation()),
                String.format(Locale.ROOT, "%.4f", a.energy()),
                Long.toString(e.cost()),
                Page.number(e.seconds()));
    }

    private static Plot plot(Result result, String name, ToDoubleFunction<Entry> cost) {
        double[] x = {Double.POSITIVE_INFINITY, 0};
        double[] y = {Double.POSITIVE_INFINITY, 0};
        List<Entry> shown =
                result.entries().stream()
                        .filter(e -> cost.applyAsDouble(e) > 0 && e.accuracy().mean() > 0)
                        .toList();
        for (Entry e : shown) {
            x[0] = Math.min(x[0], 0.8 * cost.applyAsDouble(e));
            x[1] = Math.max(x[1], 2.2 * cost.applyAsDouble(e));
            y[0] = Math.min(y[0], 0.7 * e.accuracy().mean());
            y[1] = Math.max(y[1], 1.4 * e.accuracy().mean());
        }
        if (shown.isEmpty()) {
            x = new double[] {1, 10};
            y = new double[] {0.01, 1};
        }
        Plot plot = new Plot(440, 320, x, y, true, true).axes("", name, "mean error / sd");
        if (result.floor() > y[0] && result.floor() < y[1]) {
            plot.line(x, new double[] {result.floor(), result.floor()}, "#8895a2", true);
        }
        List<String> solvers = shown.stream().map(Entry::solver).distinct().toList();
        for (int s = 0; s < solvers.size(); s++) {
            String colour = COLOURS[s % COLOURS.length];
            String solver = solvers.get(s);
            List<Entry> own = shown.stream().filter(e -> e.solver().equals(solver)).toList();
            double[] xs = own.stream().mapToDouble(cost).toArray();
            double[] ys = own.stream().mapToDouble(e -> e.accuracy().mean()).toArray();
            plot.line(xs, ys, colour, false);
            for (int i = 0; i < xs.length; i++) {
                plot.dot(xs[i], ys[i], colour);
            }
            plot.name(xs[xs.length - 1], ys[ys.length - 1], solver, colour);
        }
        return plot;
    }
}
