package org.headwater.experiments.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A page of paragraphs, tables and charts, in order; as HTML, as Markdown, and the tables as CSV.
 */
public final class Report {
    private static final String STYLE =
            "body{font:15px/1.5 system-ui,sans-serif;max-width:76em;margin:2em auto;padding:0 1em;"
                    + "color:#222}table{border-collapse:collapse;margin:1em 0;display:block;overflow-x:auto}"
                    + "td,th{padding:.2em .7em;border-bottom:1px solid #ddd;text-align:right}"
                    + "th{border-bottom:2px solid #888}td:first-child,th:first-child"
                    + "{text-align:left}svg{max-width:100%;height:auto}";

    private final String name;
    private final StringBuilder html = new StringBuilder();
    private final StringBuilder markdown = new StringBuilder();
    private final Map<String, String> csv = new LinkedHashMap<>();
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** A table that is being filled. */
    public static final class Table {
        private final List<String> columns;
        private final List<List<Object>> rows = new ArrayList<>();

        private Table(String... columns) {
            this.columns = List.of(columns);
        }

        /** Adds a row: text, whole numbers and real numbers. */
        void row(Object... cells) {
            if (cells.length != columns.size()) {
                throw new IllegalArgumentException("a row needs " + columns.size() + " cells");
            }
            rows.add(List.of(cells));
        }

        /** A column of numbers. */
        double[] column(String title) {
            int k = columns.indexOf(title);
            return rows.stream().mapToDouble(r -> ((Number) r.get(k)).doubleValue()).toArray();
        }
    }

    /** A page with a title. */
    public Report(String name, String summary, boolean small) {
        this.name = name;
        String title = name + (small ? " (small version)" : "");
        html.append("<h1>").append(escaped(title)).append("</h1>\n");
        markdown.append("# ").append(title).append("\n\n");
        text(summary.substring(0, 1).toUpperCase(Locale.ROOT) + summary.substring(1) + ".");
    }

    /** A paragraph. */
    void text(String paragraph) {
        html.append("<p>").append(escaped(paragraph)).append("</p>\n");
        markdown.append(paragraph).append("\n\n");
    }

    /** A table to be filled and then {@linkplain #add added}. */
    static Table table(String... columns) {
        return new Table(columns);
    }

    /** How many of some values have which text: {@code 4 PASS 1 WARN}. */
    static String tally(Values[] all, String name) {
        return Arrays.stream(all)
                .collect(
                        Collectors.groupingBy(
                                v -> v.text(name), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(" "));
    }

    /** Adds a filled table, which also becomes the file {@code key.csv}. */
    void add(String key, String heading, Table table) {
        html.append("<h2>").append(escaped(heading)).append("</h2>\n<table><tr>");
        markdown.append("## ").append(heading).append("\n\n|");
        StringBuilder file = new StringBuilder(String.join(",", table.columns)).append('\n');
        for (String c : table.columns) {
            html.append("<th>").append(escaped(c)).append("</th>");
            markdown.append(' ').append(c).append(" |");
        }
        html.append("</tr>\n");
        markdown.append("\n|").append("---|".repeat(table.columns.size())).append('\n');
        for (List<Object> row : table.rows) {
            html.append("<tr>");
            markdown.append('|');
            List<String> exact = new ArrayList<>();
            for (Object cell : row) {
                html.append("<td>").append(escaped(shown(cell))).append("</td>");
                markdown.append(' ').append(shown(cell)).append(" |");
                exact.add(String.valueOf(cell));
            }
            html.append("</tr>\n");
            markdown.append('\n');
            file.append(String.join(",", exact)).append('\n');
        }
        html.append("</table>\n");
        markdown.append('\n');
        csv.put(key + ".csv", file.toString());
        tables.put(key, table);
    }

    /** A table that was added. */
    Table added(String key) {
        return tables.get(key);
    }

    /** A chart. */
    void add(Chart chart) {
        html.append(chart.svg()).append('\n');
    }

    private static String shown(Object cell) {
        if (!(cell instanceof Double x)) {
            return String.valueOf(cell);
        }
        if (x.isNaN()) {
            return "–";
        }
        double size = Math.abs(x);
        return size != 0 && (size < 1e-3 || size >= 1e5)
                ? String.format(Locale.ROOT, "%.2e", x)
                : String.format(Locale.ROOT, "%.4f", x);
    }

    private static String escaped(String s) {
        return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Writes the files; the page. */
    public Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (Map.Entry<String, String> e : csv.entrySet()) {
            Files.writeString(directory.resolve(e.getKey()), e.getValue());
        }
        Files.writeString(directory.resolve("report.md"), markdown.toString());
        Path page = directory.resolve("report.html");
        Files.writeString(
                page,
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta"
                        + " name=\"viewport\" content=\"width=device-width\"><title>"
                        + escaped(name)
                        + "</title><style>"
                        + STYLE
                        + "</style>\n"
                        + html
                        + "</html>\n");
        return page;
    }
}
