package org.headwater.report.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.headwater.api.DataLayout;
import org.headwater.api.Ensemble;
import org.headwater.api.StepInfo;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;

/**
 * Plots that answer to the pointer, drawn by Chart.js from numbers in the page. Everything is in
 * the page itself; its content security policy allows these two scripts by their hashes and no
 * other. Without scripts, and on paper, the section is not there, and the pictures say the same.
 */
final class LivePlots {
    private static final String LIBRARY =
            "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final List<String> SCRIPTS =
            List.of(script(Resource.text(LIBRARY)), script(Resource.text("report.js")));

    private static final String POLICY =
            "script-src " + SCRIPTS.stream().map(LivePlots::hash).collect(Collectors.joining(" "));

    private static final int PARAMETERS = 400;
    private static final int HISTOGRAMS = 50;
    private static final int BINS = 40;
    private static final int RESIDUALS = 3000;
    private static final int STEPS = 1000;

    private final RunResult run;
    private final double[] residuals;

    /**
     * Plots of a run.
     *
     * @param residuals standardised residuals at the mean prediction
     */
    LivePlots(RunResult run, double[] residuals) {
        this.run = run;
        this.residuals = residuals;
    }

    /** A script's text as both HTML and XML read it. */
    private static String script(String text) {
        return "//<![CDATA[\n" + text + "\n//]]>";
    }

    /** What the content security policy says of scripts. */
    String policy() {
        return POLICY;
    }

    private static String hash(String script) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Adds the section, hidden until the script finds that it can draw. */
    void section(Html html) {
        html.open("section", "id", "closer", "hidden", "hidden")
                .element("h2", "Look closer")
                .line();
        html.open("div", "class", "maps").line();
        plot(
                html,
                "parameters",
                "Posterior mean and 90 % interval of "
                        + (parameters().size() < run.summary().size() ? "the first " : "all ")
                        + parameters().size()
                        + " parameters.");
        plot(html, "histogram", "All draws of one parameter; those least compatible with 0 first.");
        if (residuals.length > 0) {
            plot(
                    html,
                    "residuals",
                    "Standardised residuals; point at one to see which datum it is.");
        }
        if (!run.steps().isEmpty()) {
            plot(html, "steps", "Size of a step and spread over the iterations, logarithmic.");
        }
        html.close("div").close("section").line();
    }

    private static void plot(Html html, String name, String caption) {
        html.open("figure", "class", "live", "hidden", "hidden");
        if ("histogram".equals(name)) {
            html.open("label").text("Parameter ").open("select", "id", "plot-choice");
            html.close("select").close("label");
        }
        html.open("div", "class", "plot")
                .open("canvas", "id", "plot-" + name, "role", "img", "aria-label", caption);
        html.close("canvas").close("div").element("figcaption", caption).close("figure").line();
    }

    /** Adds numbers and scripts, at the end of the body. */
    void scripts(Html html) {
        html.open("script", "type", "application/json", "id", "plot-data");
        html.raw(data()).close("script").line();
        for (String script : SCRIPTS) {
            html.open("script").raw(script).close("script").line();
        }
    }

    private List<ParameterSummary> parameters() {
        return run.summary().subList(0, Math.min(PARAMETERS, run.summary().size()));
    }

    private String data() {
        List<ParameterSummary> rows = parameters();
        DataLayout layout = run.model().dataLayout();
        int[] data = thinned(residuals.length, RESIDUALS);
        int[] steps = thinned(run.steps().size(), STEPS);
        return "{\"parameters\":{\"unit\":"
                + text(rows.isEmpty() ? "" : rows.get(0).unit())
                + ",\"names\":"
                + list(rows.size(), i -> text(rows.get(i).name()))
                + ",\"mean\":"
                + list(rows.size(), i -> number(rows.get(i).mean()))
                + ",\"low\":"
                + list(rows.size(), i -> number(rows.get(i).q05()))
                + ",\"high\":"
                + list(rows.size(), i -> number(rows.get(i).q95()))
                + "},\"histograms\":"
                + histograms()
                + ",\"residuals\":{\"number\":"
                + list(data.length, i -> Integer.toString(data[i] + 1))
                + ",\"value\":"
                + list(data.length, i -> number(residuals[data[i]]))
                + ",\"label\":"
                + list(data.length, i -> text(label(layout, data[i])))
                + "},\"steps\":{\"iteration\":"
                + list(steps.length, i -> Integer.toString(step(steps[i]).iteration()))
                + ",\"residual\":"
                + list(steps.length, i -> number(step(steps[i]).residual()))
                + ",\"spread\":"
                + list(steps.length, i -> number(step(steps[i]).spread()))
                + "}}";
    }

    private StepInfo step(int i) {
        return run.steps().get(i);
    }

    private static String label(DataLayout layout, int datum) {
        String which = layout.quantity() + " " + (datum + 1);
        return layout.groups().isEmpty()
                ? which
                : which
                        + ", "
                        + layout.grouping()
                        + " "
                        + layout.groups().get(layout.group()[datum]);
    }

    /** At most so many of n numbers, evenly. */
    private static int[] thinned(int n, int most) {
        int count = Math.min(n, most);
        return IntStream.range(0, count).map(i -> (int) ((long) i * n / count)).toArray();
    }

    private String histograms() {
        List<ParameterSummary> rows = run.summary();
        List<Integer> order =
                IntStream.range(0, rows.size())
                        .boxed()
                        .sorted(
                                Comparator.comparingDouble(
                                        j -> -Math.abs(rows.get(j).mean() / rows.get(j).sd())))
                        .limit(HISTOGRAMS)
                        .toList();
        return list(order.size(), k -> histogram(rows.get(order.get(k)).name(), order.get(k)));
    }

    private String histogram(String name, int j) {
        Ensemble draws = run.posterior().draws();
        double[] x = new double[draws.size()];
        Arrays.setAll(x, i -> draws.get(i, j));
        double least = Arrays.stream(x).min().orElse(0);
        double width = (Arrays.stream(x).max().orElse(0) - least) / BINS;
        int[] count = new int[BINS];
        for (double v : x) {
            count[width > 0 ? Math.min(BINS - 1, (int) ((v - least) / width)) : 0]++;
        }
        return "{\"name\":"
                + text(name)
                + ",\"from\":"
                + number(least)
                + ",\"width\":"
                + number(width)
                + ",\"count\":"
                + list(BINS, i -> Integer.toString(count[i]))
                + "}";
    }

    private static String list(int n, IntFunction<String> element) {
        return IntStream.range(0, n).mapToObj(element).collect(Collectors.joining(",", "[", "]"));
    }

    private static String number(double x) {
        return Double.isFinite(x) ? Float.toString((float) x) : "null";
    }

    /** A string of JSON that ends neither a script nor an XML text. */
    private static String text(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            if (c < ' ' || "\"\\<>&".indexOf(c) >= 0 || Character.isSurrogate(c) || c >= '\ufffe') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
