package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.headwater.api.StepInfo;
import org.headwater.report.internal.RunReport.FieldMaps;
import org.headwater.runtime.RunResult;

/**
 * The report of a run as one HTML page that needs nothing else: pictures are data URIs, scripts are
 * in the page, and a content security policy forbids loading anything and running anything else.
 */
final class ReportPage {
    private static final String TIMINGS = "timings-seconds";

    private final RunResult run;
    private final List<FieldMaps> fields;
    private final double[] residuals;
    private final double determined;
    private final Map<String, byte[]> pictures;
    private final String trouble;
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
        new VerdictSection(run, html).write();
        facts();
        new FindingsSection(run, fields, pictures, trouble, html).write();
        new SegmentsSection(run, pictures, html).write();
        new FitSection(run.model().dataLayout(), residuals, determined, pictures, html).write();
        convergence();
        new MeasuresSection(run.steps(), html).write();
        plots.section(html);
        diagnostics();
        new ParametersSection(run, !fields.isEmpty(), html).write();
        SettingsSections settings = new SettingsSections(run, html);
        settings.problem();
        settings.software();
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

    private void facts() {
        html.open("dl", "class", "facts");
        fact("Data", Integer.toString(run.measured().length));
        fact("Unknowns", Integer.toString(run.posterior().draws().dimension()));
        String kind = run.posterior().particles() ? "Particles" : "Draws";
        fact(kind, Integer.toString(run.posterior().draws().size()));
        if (residuals.length > 0) {
            fact("χ² per datum", Numbers.format(FitSection.meanSquare(residuals), 3));
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

    private void convergence() {
        if (run.steps().isEmpty()) {
            return;
        }
        html.section("convergence", "Did it converge?", "");
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
        html.figure(
                pictures.get("convergence"),
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
        html.endSection();
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
        html.section("diagnostics", "Diagnostics", "");
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
                "Diagnostics of the solver and its draws",
                List.of("diagnostic", "value", "meaning"),
                List.of(false, true, false),
                rows);
        html.endSection();
    }

    private void reproduce() {
        html.section("reproduce", "Reproduce", "");
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
        html.endSection();
    }

    private void methods() {
        html.section("methods", "Methods, for a paper", "");
        new MethodsSection(run, html).write();
        html.endSection();
    }

    private void files() {
        html.section("files", "Files beside this report", "");
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
        html.endSection();
    }

    private void file(String name, String what) {
        html.open("div").open("dt").element("code", name).close("dt").element("dd", what);
        html.close("div");
    }
}
