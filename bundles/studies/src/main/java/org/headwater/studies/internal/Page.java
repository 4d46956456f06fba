package org.headwater.studies.internal;

import java.util.List;
import java.util.Locale;
import org.headwater.api.Reason;
import org.headwater.runtime.Verdict;

/** A self-contained HTML page: text, tables and SVG plots; opens without a network. */
final class Page {
    private static final String STYLE =
            "body{font:16px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0"
                    + " 1rem;color:#1b2733}h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}"
                    + "table{border-collapse:collapse;font-size:.92rem;display:block;overflow-x:auto}"
                    + "td,th{padding:.25rem .5rem;border-bottom:1px solid"
                    + " #d7dee5;text-align:right;white-space:nowrap}"
                    + "td:first-child,th:first-child{text-align:left}"
                    + ".PASS{color:#1d7a3e}.WARN{color:#a66300}.FAIL{color:#b3261e}"
                    + "svg{max-width:100%;height:auto}figcaption{color:#5a6875;font-size:.88rem}"
                    + "figure{margin:1rem 0;display:inline-block;vertical-align:top;max-width:27.5rem}code{background:#f1f4f7;padding:0 .2em}"
                    + "li{margin:.4rem 0}";

    private final StringBuilder html = new StringBuilder();

    Page(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
                .append("<title>")
                .append(escape(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escape(title))
                .append("</h1>\n");
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    Page heading(String text) {
        html.append("<h2>").append(escape(text)).append("</h2>\n");
        return this;
    }

    Page text(String text) {
        html.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    /** The verdict and its reasons. */
    Page verdict(Verdict verdict) {
        String status = verdict.status().name();
        html.append("<p>Verdict: <strong class=\"").append(status).append("\">");
        html.append(status).append("</strong></p>\n<ul>\n");
        for (Reason r : verdict.reasons()) {
            html.append("<li><strong class=\"").append(r.status()).append("\">");
            html.append(escape(r.code())).append("</strong>: ").append(escape(r.message()));
            if (Double.isFinite(r.value())) {
                html.append(" (").append(number(r.value()));
                if (Double.isFinite(r.limit())) {
                    html.append(", limit ").append(number(r.limit()));
                }
                html.append(')');
            }
            if (!r.remedy().isEmpty()) {
                html.append("<br>").append(escape(r.remedy()));
            }
            html.append("</li>\n");
        }
        html.append("</ul>\n");
        return this;
    }

    Page table(List<String> head, List<List<String>> rows) {
        html.append("<table><tr>");
        head.forEach(h -> html.append("<th>").append(escape(h)).append("</th>"));
        html.append("</tr>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            row.forEach(c -> html.append("<td>").append(escape(c)).append("</td>"));
            html.append("</tr>\n");
        }
        html.append("</table>\n");
        return this;
    }

    Page figure(Plot plot, String caption) {
        html.append("<figure>").append(plot.svg()).append("<figcaption>");
        html.append(escape(caption)).append("</figcaption></figure>\n");
        return this;
    }

    String close() {
        return html.append("</body></html>\n").toString();
    }

    /** Three digits. */
    static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3g", value) : "";
    }
}
