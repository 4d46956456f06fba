package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.headwater.runtime.RunResult;

/** How the result came about: for a paper's methods section, with what to cite. */
final class MethodsSection {
    /** Key of the manifest: what the plug-ins want to be cited by. */
    static final String CITATIONS = "citations";

    private static final Pattern YEAR = Pattern.compile("\\b((?:19|20)\\d\\d)\\b(?!\\.)");
    private static final Pattern DOI = Pattern.compile("doi:\\s*(10\\.\\S+)");
    private static final Pattern ARXIV = Pattern.compile("arXiv[: ]\\s*(\\d{4}\\.\\d{4,5})");

    private final RunResult run;
    private final Html html;

    MethodsSection(RunResult run, Html html) {
        this.run = run;
        this.html = html;
    }

    /** Adds what is inside the section. */
    void write() {
        html.element("p", paragraph());
        List<String> citations = citations();
        if (!citations.isEmpty()) {
            html.element("h3", "What to cite").open("ul");
            for (String citation : citations) {
                html.element("li", citation);
            }
            html.close("ul");
        }
        html.open("details").element("summary", "BibTeX");
        html.open("pre", "class", "command", "tabindex", "0").element("code", bibtex(citations));
        html.close("pre").close("details").line();
    }

    private String paragraph() {
        String kind = run.posterior().particles() ? "particles" : "draws";
        String backend =
                run.manifest().get("backend") instanceof Map<?, ?> b ? "" + b.get("type") : "";
        return String.format(
                Locale.ROOT,
                "The posterior of %d unknowns given %d data was computed by Headwater %s. Forward model:"
                        + " %s. Noise: %s. Prior: %s. Solver: %s; %d %s after %d iterations%s, seed %s."
                        + " The verdict of its checks was %s.",
                run.posterior().draws().dimension(),
                run.measured().length,
                run.manifest().getOrDefault("headwater", ""),
                type("forward-model"),
                SettingsSections.settings(run.problem().get("noise")),
                SettingsSections.settings(run.problem().get("prior")),
                type("solver"),
                run.posterior().draws().size(),
                kind,
                run.steps().size(),
                backend.isEmpty() ? "" : ", backend " + backend,
                run.manifest().getOrDefault("seed", "1"),
                run.verdict().status());
    }

    private String type(String section) {
        return run.problem().get(section) instanceof Map<?, ?> m
                ? String.valueOf(m.get("type"))
                : "–";
    }

    private List<String> citations() {
        List<String> all = new ArrayList<>();
        if (run.manifest().get(CITATIONS) instanceof List<?> list) {
            list.forEach(c -> all.add(String.valueOf(c)));
        }
        return all;
    }

    /** An entry for Headwater and one for each citation, in its own words. */
    private String bibtex(List<String> citations) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(
                "headwater",
                "@misc{headwater,\n  title = {Headwater: Bayesian inverse problems},\n  note = {Version "
                        + run.manifest().getOrDefault("headwater", "")
                        + "}\n}");
        for (String citation : citations) {
            String year = found(YEAR, citation);
            String word =
                    citation.replaceAll("^(?:\\p{Lu}\\. ?)+", "").replaceAll("[^\\p{L}].*", "");
            String key = (word.isEmpty() ? "ref" : word.toLowerCase(Locale.ROOT)) + year;
            for (int i = 2; entries.containsKey(key); i++) {
                key = key.replaceAll("-\\d+$", "") + "-" + i;
            }
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("note", citation.replaceAll("([%&#_$])", "\\\\$1"));
            fields.put("year", year);
            fields.put("doi", found(DOI, citation));
            fields.put("eprint", found(ARXIV, citation));
            fields.put("archivePrefix", found(ARXIV, citation).isEmpty() ? "" : "arXiv");
            entries.put(
                    key,
                    fields.entrySet().stream()
                            .filter(f -> !f.getValue().isEmpty())
                            .map(f -> "  " + f.getKey() + " = {" + f.getValue() + "}")
                            .collect(Collectors.joining(",\n", "@misc{" + key + ",\n", "\n}")));
        }
        return String.join("\n\n", entries.values());
    }

    private static String found(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? m.group(1).replaceAll("[.,;)]+$", "") : "";
    }
}
