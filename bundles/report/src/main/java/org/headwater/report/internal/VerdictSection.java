package org.headwater.report.internal;

import java.util.Locale;
import org.headwater.api.Reason;
import org.headwater.runtime.RunResult;

/** The verdict with its reasons and what to do about them. */
final class VerdictSection {
    private final RunResult run;
    private final Html html;

    VerdictSection(RunResult run, Html html) {
        this.run = run;
        this.html = html;
    }

    /** Adds the section. */
    void write() {
        Reason.Status status = run.verdict().status();
        String kind = status.name().toLowerCase(Locale.ROOT);
        html.section("verdict", null, "verdict " + kind);
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
        html.endSection();
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
}
