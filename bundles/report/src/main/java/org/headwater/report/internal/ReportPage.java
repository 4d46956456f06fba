package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.headwater.api.DataLayout;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.report.internal.RunReport.FieldMap;
import org.headwater.report.internal.RunReport.FieldMaps;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;

/**
 * The report of a run as one HTML page that needs nothing else: pictures are data URIs, scripts are
 * in the page, and a content security policy forbids loading anything and running anything else.
 */
final class ReportPage {
    private static final int MEASURES_SHOWN = 12;
    private static final int ROWS_SHOWN = 40;
    private static final int ROWS_FOLDED = 600;
    private static final int LIST_SHOWN = 12;
    private static final int RECORDS_SHOWN = 8;
    private static final String SEGMENTS = "segments";
    private static final String TIMINGS = "timings-seconds";

    /** Keys of the manifest that the page shows elsewhere. */
    private static final Set<String> SHOWN_ELSEWHERE =
            Set.of(MethodsSection.CITATIONS, SEGMENTS, "name", "command", "status");

    private final RunResult run;
    private final List<FieldMaps> fields;
    private final double[] residuals;
    private final double determined;
    private final Map<String, byte[]> pictures;
    private final String trouble;
    private final DataLayout layout;
    private final LivePlots plots;
    private final Html html = new Html();

    /**
     * A page to be made.
     *
     * @param run the run
     * @param fields its maps
     * @param residuals standardised residuals at the mean prediction, m values
     * @param determined how many combinations of the parameters the data determine
     * @param pictures PNG files by name without ending
     * @param trouble why there are no pictures, or the empty string
     */
    ReportPage(
            RunResult run,
            List<FieldMaps> fields,
            double[] residuals,
            double determined,
            Map<String, byte[]> pictures,
            String trouble) {
        this.run = run;
        this.fields = fields;
        this.residuals = residuals;
        this.determined = determined;
        this.pictures = pictures;
        this.trouble = trouble;
        this.layout = run.model().dataLayout();
        this.plots = new LivePlots(run, residuals);
    }

    /** The page. */
    String html() {
        html.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
        html.empty("meta", "charset", "utf-8");
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " + plots.policy());
        html.element("title", run.name() + " – " + run.verdict().status() + " – Headwater");
        html.open("style").raw(Resource.text("report.css")).close("style").close("head").line();
        html.open("body").open("main").line();
        header();
        verdict();
        facts();
        findings();
        segments();
        fit();
        convergence();
        measures();
        plots.section(html);
        diagnostics();
        parameters();
        whatRan();
        software();
        methods();
        reproduce();
        files();
        html.open("footer").text("Written by Headwater.").close("footer");
        plots.scripts(html);
        return html.close("main").close("body").close("html").line().toString();
    }

    private void header() {
        html.open("header").element("p", "Headwater run report", "class", "kicker");
        html.element("h1", run.name()).close("header").line();
    }

    private void verdict() {
        Reason.Status status = run.verdict().status();
        String kind = status.name().toLowerCase(Locale.ROOT);
        section("verdict", null, "verdict " + kind);
        html.open("h2").element("span", status.name(), "class", "badge").text(" ");
        html.text(headline(status)).close("h2").line();
        if (run.verdict().reasons().isEmpty()) {
            html.element(
                    "p", "No check of the data fit, the solver or the plug-ins has complained.");
        } else {
            html.open("ul", "class", "reasons");
            for (Reason reason : run.verdict().reasons()) {
                reason(reason);
            }
            html.close("ul");
        }
        end();
    }

    private String headline(Reason.Status status) {
        return switch (status) {
            case PASS ->
                    run.verdict().reasons().isEmpty()
                            ? "All checks passed: this is the posterior of this model, prior and"
                                    + " noise."
                            : "No check failed, with the notes below.";
            case WARN -> "Use with care: read the reasons first.";
            case FAIL -> "Do not use these results.";
        };
    }

    private void reason(Reason reason) {
        html.open("li", "class", reason.status().name().toLowerCase(Locale.ROOT));
        html.open("p").element("strong", reason.label()).text(" " + sentence(reason.message()));
        if (!Double.isNaN(reason.value())) {
            html.text(" Found ").element("b", Numbers.format(reason.value()));
            if (!Double.isNaN(reason.limit())) {
                html.text(", limit ").element("b", Numbers.format(reason.limit()));
            }
            html.text(".");
        }
        html.text(" ").element("code", reason.code()).close("p");
        if (!reason.remedy().isEmpty()) {
            html.open("p").element("em", "What to do: ").text(sentence(reason.remedy())).close("p");
        }
        html.close("li").line();
    }

    /** Messages begin small and end without a stop, to fit into a log line. */
    private static String sentence(String message) {
        if (message.isEmpty()) {
            return message;
        }
        int first = message.offsetByCodePoints(0, 1);
        String sentence =
                message.substring(0, first).toUpperCase(Locale.ROOT) + message.substring(first);
        return sentence.matches("(?s).*[.!?]") ? sentence : sentence + ".";
    }

    private void facts() {
        html.open("dl", "class", "facts");
        fact("Data", Integer.toString(run.measured().length));
        fact("Unknowns", Integer.toString(run.posterior().draws().dimension()));
        String kind = run.posterior().particles() ? "Particles" : "Draws";
        fact(kind, Integer.toString(run.posterior().draws().size()));
        if (residuals.length > 0) {
            fact("χ² per datum", Numbers.format(meanSquare(residuals), 3));
        }
        if (!run.steps().isEmpty()) {
            StepInfo last = run.steps().get(run.steps().size() - 1);
            fact("Iterations", Integer.toString(last.iteration()));
        }
        if (run.manifest().get(TIMINGS) instanceof Map<?, ?> timings && !timings.isEmpty()) {
            double seconds = 0;
            for (Object value : timings.values()) {
                seconds += value instanceof Number n ? n.doubleValue() : 0;
            }
            fact("Time", Numbers.duration(seconds));
        }
        if (run.manifest().get("seed") != null) {
            fact("Seed", String.valueOf(run.manifest().get("seed")));
        }
        html.close("dl").line();
    }

    private void fact(String name, String value) {
        html.open("div").element("dt", name).element("dd", value).close("div");
    }

    private void findings() {
        if (!trouble.isEmpty()) {
            html.open("p", "class", "note")
                    .text(
                            "The pictures are missing because this Java runtime cannot draw ("
                                    + trouble
                                    + "). The numbers are complete: images/*.csv and, for fields,"
                                    + " images/mesh.vtu.")
                    .close("p");
        }
        if (fields.isEmpty()) {
            if (pictures.containsKey("parameters")) {
                section("findings", "What was found", "");
                figure(
                        "parameters",
                        parametersAlt(),
                        "Posterior mean (dots) and central 90 % interval (bars) of each parameter:"
                                + " the true value lies within its bar with 90 % probability, if"
                                + " model, noise and prior hold.");
                end();
            }
            return;
        }
        for (FieldMaps field : fields) {
            String id = "field-" + RunReport.fileName(field.field().name());
            section(id, "What was found: " + field.field().name().replace('-', ' '), "");
            html.open("div", "class", "maps").line();
            for (FieldMap map : field.maps()) {
                figure(map.name(), mapAlt(field, map), map.explanation());
            }
            html.close("div");
            end();
        }
    }

    private String parametersAlt() {
        ParameterSummary largest = run.summary().get(0);
        for (ParameterSummary row : run.summary()) {
            if (Math.abs(row.mean()) > Math.abs(largest.mean())) {
                largest = row;
            }
        }
        return "Plot of the posterior means and 90 % intervals; largest mean: "
                + largest.name()
                + " "
                + interval(largest)
                + ".";
    }

    private static String mapAlt(FieldMaps field, FieldMap map) {
        double[] v = map.perTriangle();
        int low = 0;
        int high = 0;
        for (int t = 1; t < v.length; t++) {
            low = v[t] < v[low] ? t : low;
            high = v[t] > v[high] ? t : high;
        }
        return "Map: "
                + map.title()
                + ". Lowest "
                + place(field, map, low)
                + ", highest "
                + place(field, map, high)
                + ".";
    }

    private static String place(FieldMaps field, FieldMap map, int triangle) {
        double x = 0;
        double y = 0;
        for (int k = 3 * triangle; k < 3 * triangle + 3; k++) {
            int node = field.field().geometry().triangles()[k];
            x += field.field().geometry().nodes()[2 * node] / 3;
            y += field.field().geometry().nodes()[2 * node + 1] / 3;
        }
        String value = Numbers.withUnit(Numbers.format(map.perTriangle()[triangle], 3), map.unit());
        return value
                + " at ("
                + Numbers.format(x, 2)
                + ", "
                + Numbers.withUnit(Numbers.format(y, 2) + ")", field.field().geometry().unit());
    }

    private void figure(String picture, String alt, String caption) {
        byte[] png = pictures.get(picture);
        if (png == null) {
            return;
        }
        html.open("figure");
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
        html.empty("img", "src", data, "alt", alt);
        html.element("figcaption", caption).close("figure").line();
    }

    /** The segments side by side, with how well each predicts the data. */
    private void segments() {
        if (run.segments().size() < 2) {
            return;
        }
        section("segments", "The segments compared", "");
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
                            settings(s.sections().get("prior")),
                            settings(s.sections().get("noise")),
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
            String of = "Segment " + s.number() + ", prior " + settings(s.sections().get("prior"));
            figure(
                    RunReport.segmentPicture(s),
                    "Posterior mean of segment " + s.number() + ".",
                    of + ".");
        }
        html.close("div");
        end();
    }

    /** A section of the problem in words: its type and its settings. */
    static String settings(Object section) {
        if (!(section instanceof Map<?, ?> map)) {
            return value(section);
        }
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", map, flat);
        String type = flat.remove("type");
        StringBuilder s = new StringBuilder(type == null ? "" : type);
        flat.forEach(
                (key, v) -> s.append(s.isEmpty() ? "" : ", ").append(key).append(' ').append(v));
        return s.toString();
    }

    private void fit() {
        int m = residuals.length;
        if (m == 0) {
            return;
        }
        section("fit", "Does it fit the data?", "");
        double reduced = meanSquare(residuals);
        html.open("p");
        html.text("The mean prediction leaves χ² per datum = ")
                .element("b", Numbers.format(reduced, 3))
                .text(
                        " (the mean of the squared residuals, each divided by its noise's standard"
                                + " deviation). ");
        html.text(judgement(reduced, m)).close("p");
        figure(
                "fit",
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
        end();
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
        fold(fold, "Fit by " + layout.grouping());
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
        unfold(fold);
    }

    private void convergence() {
        if (run.steps().isEmpty()) {
            return;
        }
        section("convergence", "Did it converge?", "");
        List<StepInfo> steps = run.steps();
        StepInfo last = steps.get(steps.size() - 1);
        int failed = steps.stream().mapToInt(StepInfo::failed).sum();
        boolean chains = !run.posterior().particles() && run.posterior().draws().size() > 1;
        html.open("p");
        html.text("After " + steps.size() + (steps.size() == 1 ? " step" : " steps"));
        html.text(" the spread was ").element("b", Numbers.format(last.spread(), 3));
        html.text(" of the start's scale and a step moved the particles by ");
        html.element("b", Numbers.format(last.residual(), 2)).text(" of their spread. ");
        html.text(
                failed == 0
                        ? "No evaluation of the forward model failed."
                        : failed + " evaluations of the forward model failed and were retried.");
        html.close("p");
        figure(
                "convergence",
                "Left: the particles' spread over the iterations, "
                        + Numbers.format(last.spread(), 3)
                        + " at the end. Right: the size of a step on a logarithmic scale, "
                        + Numbers.format(last.residual(), 2)
                        + " at the end.",
                chains
                        ? "Chains do not come to rest. Converged means: spread and size of a step"
                                + " fluctuate around a level, and, which counts more, R̂ of all"
                                + " parameters is below 1.01 with some hundred effective draws."
                        : "Converged means: the spread has levelled off, and the size of a step has"
                                + " fallen and stays low. A spread that falls towards zero has"
                                + " collapsed on the mode.");
        end();
    }

    /** What diagnostics measured during the run; their names have a dot, the solver's have none. */
    private void measures() {
        Set<String> names = new LinkedHashSet<>();
        run.steps()
                .forEach(
                        s ->
                                s.values().keySet().stream()
                                        .filter(k -> k.contains("."))
                                        .forEach(names::add));
        if (names.isEmpty()) {
            return;
        }
        List<StepInfo> measured =
                run.steps().stream()
                        .filter(s -> s.values().keySet().stream().anyMatch(names::contains))
                        .toList();
        section("measures", "What was measured on the way", "");
        html.element(
                "p",
                "Of the particles after some of the steps; all values are in diagnostics.csv. What"
                        + " the same measures say of the posterior's draws stands under what the"
                        + " solver says of itself.");
        List<String> head = new ArrayList<>(List.of("step"));
        head.addAll(names);
        List<List<String>> rows = new ArrayList<>();
        int shown = Math.min(measured.size(), MEASURES_SHOWN);
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
        end();
    }

    private void diagnostics() {
        Map<String, Double> values = run.posterior().diagnostics();
        if (values.isEmpty()) {
            return;
        }
        Properties meanings = new Properties();
        try {
            meanings.load(new java.io.StringReader(Resource.text("diagnostics.properties")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        section("diagnostics", "What the solver says of itself", "");
        List<List<String>> rows = new ArrayList<>();
        new TreeMap<>(values)
                .forEach(
                        (name, value) ->
                                rows.add(
                                        List.of(
                                                name,
                                                Numbers.format(value),
                                                meanings.getProperty(name, ""))));
        html.table(
                "Diagnostics of the solver",
                List.of("diagnostic", "value", "meaning"),
                List.of(false, true, false),
                rows);
        end();
    }

    private void parameters() {
        if (run.summary().isEmpty()) {
            return;
        }
        section("parameters", "Parameters", "");
        int at = 0;
        for (ParameterBlock block : run.model().blocks()) {
            List<ParameterSummary> rows = run.summary().subList(at, at + block.size());
            at += block.size();
            boolean fold = rows.size() > ROWS_SHOWN || block.isField() && !fields.isEmpty();
            fold(fold, block.name() + ": " + rows.size() + " parameters");
            parameterTable(block, rows.subList(0, Math.min(rows.size(), ROWS_FOLDED)));
            if (rows.size() > ROWS_FOLDED) {
                html.element("p", "The first " + ROWS_FOLDED + " rows; all are in summary.csv.");
            }
            unfold(fold);
        }
        html.element(
                "p",
                "Mean, standard deviation (sd) and quantiles of the posterior; ESS is the effective"
                        + " number of independent draws, MCSE the error of the mean that comes from"
                        + " their finite number, R̂ compares replicates and should be below 1.01. An"
                        + " en dash: not defined for this run.",
                "class",
                "small");
        end();
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

    private static String interval(ParameterSummary r) {
        return Numbers.withUnit(Numbers.roundedTo(r.mean(), r.sd()), r.unit())
                + " ("
                + Numbers.roundedTo(r.q05(), r.sd())
                + " to "
                + Numbers.roundedTo(r.q95(), r.sd())
                + ")";
    }

    private void whatRan() {
        section("problem", "What ran", "");
        html.open("div", "class", "cards");
        Map<String, Object> rest = new LinkedHashMap<>();
        run.problem()
                .forEach(
                        (key, value) -> {
                            if (value instanceof Map<?, ?> map) {
                                card(title(key), map);
                            } else {
                                rest.put(key, value);
                            }
                        });
        if (!rest.isEmpty()) {
            card("Run", rest);
        }
        html.close("div");
        end();
    }

    private void software() {
        Map<String, Object> scalars = new LinkedHashMap<>();
        section("software", "Software, machine and timings", "");
        html.open("div", "class", "cards");
        List<String> tables = new ArrayList<>();
        run.manifest()
                .forEach(
                        (key, value) -> {
                            if (SHOWN_ELSEWHERE.contains(key)) {
                                return;
                            }
                            if (value instanceof Map<?, ?> map) {
                                card(title(key), map);
                            } else if (isTable(value)) {
                                tables.add(key);
                            } else {
                                scalars.put(key, value);
                            }
                        });
        if (!scalars.isEmpty()) {
            card("Run", scalars);
        }
        html.close("div");
        for (String key : tables) {
            recordTable(title(key), (List<?>) run.manifest().get(key));
        }
        end();
    }

    private static boolean isTable(Object value) {
        return value instanceof List<?> list
                && !list.isEmpty()
                && list.stream().allMatch(Map.class::isInstance);
    }

    /** A list of maps with the same keys as a table. */
    private void recordTable(String caption, List<?> records) {
        Set<String> keys = new LinkedHashSet<>();
        for (Object record : records) {
            ((Map<?, ?>) record).keySet().forEach(k -> keys.add(String.valueOf(k)));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Object record : records) {
            rows.add(keys.stream().map(k -> value(((Map<?, ?>) record).get(k))).toList());
        }
        List<String> head = List.copyOf(keys);
        boolean fold = rows.size() > RECORDS_SHOWN;
        fold(fold, caption + " (" + rows.size() + ")");
        html.table(caption, head, head.stream().map(k -> false).toList(), rows);
        unfold(fold);
    }

    private void card(String heading, Map<?, ?> content) {
        html.open("section", "class", "card").element("h3", heading).open("dl", "class", "keys");
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", content, flat);
        flat.forEach(
                (key, value) ->
                        html.open("div").element("dt", key).element("dd", value).close("div"));
        html.close("dl").close("section").line();
    }

    private static void flatten(String prefix, Map<?, ?> map, Map<String, String> flat) {
        map.forEach(
                (key, value) -> {
                    String name = prefix + key;
                    if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                        flatten(name + ".", inner, flat);
                    } else {
                        flat.put(name, value(value));
                    }
                });
    }

    /** A value of a problem or manifest for people. */
    private static String value(Object value) {
        if (value == null) {
            return "–";
        }
        if (value instanceof Double || value instanceof Float) {
            return Numbers.format(((Number) value).doubleValue(), 6);
        }
        if (value instanceof List<?> list) {
            String shown =
                    String.join(
                            ", ", list.stream().limit(LIST_SHOWN).map(ReportPage::value).toList());
            return list.size() > LIST_SHOWN ? shown + " … (" + list.size() + ")" : shown;
        }
        String text = String.valueOf(value);
        return text.matches("[0-9a-f]{40,64}") ? text.substring(0, 12) + "…" : text;
    }

    private static String title(String key) {
        String words = key.replace('-', ' ').replaceAll(" seconds$", " (s)");
        return words.isEmpty()
                ? words
                : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private void reproduce() {
        section("reproduce", "Reproduce", "");
        html.element(
                "p",
                "The same seed on the same kind of machine gives the same numbers. A click selects"
                        + " the command:");
        html.open("pre", "class", "command", "tabindex", "0").element("code", run.command());
        html.close("pre");
        html.element("p", "Or, in this folder, have it done again and compared byte by byte:");
        html.open("pre", "class", "command", "tabindex", "0")
                .element("code", "headwater reproduce .");
        html.close("pre");
        end();
    }

    private void methods() {
        section("methods", "Methods, for a paper", "");
        new MethodsSection(run, html).write();
        end();
    }

    private void files() {
        section("files", "Files beside this report", "");
        html.open("dl", "class", "keys");
        file("problem.yaml", "exactly what ran; run it again to get the same");
        file("summary.csv", "a row per parameter");
        file("posterior.npy", "the draws, draws × parameters, for NumPy");
        file("posterior.zarr", "draws, predictions and data, for xarray and ArviZ");
        file("notebook.ipynb", "opens posterior.zarr in plain Python");
        file("manifest.json", "versions, hashes, machine, timings");
        file("verdict.json", "the verdict for programs");
        if (!fields.isEmpty()) {
            file("images/*.csv", "the maps on a square grid, row 0 at the top, NaN outside");
            file("images/mesh.vtu", "the maps on the mesh, for ParaView");
        }
        html.close("dl");
        end();
    }

    private void file(String name, String what) {
        html.open("div").open("dt").element("code", name).close("dt").element("dd", what);
        html.close("div");
    }

    private void fold(boolean fold, String summary) {
        if (fold) {
            html.open("details").element("summary", summary);
        }
    }

    private void unfold(boolean fold) {
        if (fold) {
            html.close("details").line();
        }
    }

    private void section(String id, String heading, String kind) {
        if (kind.isEmpty()) {
            html.open("section", "id", id);
        } else {
            html.open("section", "id", id, "class", kind);
        }
        if (heading != null) {
            html.element("h2", heading);
        }
        html.line();
    }

    private void end() {
        html.close("section").line();
    }

    private static double meanSquare(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v * v;
        }
        return sum / values.length;
    }
}
