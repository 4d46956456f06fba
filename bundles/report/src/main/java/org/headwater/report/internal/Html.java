package org.headwater.report.internal;

import java.util.Base64;
import java.util.List;

/**
 * Builds HTML that is also well-formed XML. Text and attribute values are escaped here; only tag
 * and attribute names are taken as they are.
 */
final class Html {
    private final StringBuilder out = new StringBuilder();

    /** Text as content or attribute value; what XML cannot hold becomes U+FFFD. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(
                        c -> {
                            switch (c) {
                                case '&' -> safe.append("&amp;");
                                case '<' -> safe.append("&lt;");
                                case '>' -> safe.append("&gt;");
                                case '"' -> safe.append("&quot;");
                                case '\'' -> safe.append("&#39;");
                                default -> safe.appendCodePoint(allowed(c) ? c : 0xfffd);
                            }
                        });
        return safe.toString();
    }

    private static boolean allowed(int c) {
        return c >= 0x20 && c != 0xfffe && c != 0xffff && !(c >= 0xd800 && c <= 0xdfff)
                || c == '\n'
                || c == '\t'
                || c == '\r';
    }

    /** Opens an element; attributes are name, value, name, value … */
    Html open(String tag, String... attributes) {
        start(tag, attributes);
        out.append('>');
        return this;
    }

    /** Closes an element. */
    Html close(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    /** Adds text. */
    Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /** Starts a new line of the source, for people who read it. */
    Html line() {
        out.append('\n');
        return this;
    }

    /** An element with text in it. */
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /** An element without content. */
    Html empty(String tag, String... attributes) {
        start(tag, attributes);
        out.append("/>");
        return this;
    }

    /** Adds markup as it is; for what this bundle itself wrote. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /**
     * A table.
     *
     * @param caption what it shows
     * @param head names of the columns
     * @param numeric whether the column holds numbers, set flush right
     * @param rows cells; the first of a row is its heading
     */
    Html table(String caption, List<String> head, List<Boolean> numeric, List<List<String>> rows) {
        open("div", "class", "scroll").open("table").element("caption", caption);
        open("thead").open("tr");
        for (int c = 0; c < head.size(); c++) {
            element("th", head.get(c), "scope", "col", "class", numeric.get(c) ? "n" : "t");
        }
        close("tr").close("thead").open("tbody").line();
        for (List<String> row : rows) {
            open("tr");
            for (int c = 0; c < row.size(); c++) {
                String kind = numeric.get(c) ? "n" : "t";
                if (c == 0) {
                    element("th", row.get(c), "scope", "row", "class", kind);
                } else {
                    element("td", row.get(c), "class", kind);
                }
            }
            close("tr").line();
        }
        return close("tbody").close("table").close("div").line();
    }

    /** A PNG picture with its caption; nothing where there is no picture. */
    Html figure(byte[] png, String alt, String caption) {
        if (png == null) {
            return this;
        }
        open("figure");
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
        empty("img", "src", data, "alt", alt);
        return element("figcaption", caption).close("figure").line();
    }

    /** Opens a part that is folded up, if it is to be. */
    Html fold(boolean fold, String summary) {
        if (fold) {
            open("details").element("summary", summary);
        }
        return this;
    }

    /** Closes what {@link #fold} opened. */
    Html unfold(boolean fold) {
        if (fold) {
            close("details").line();
        }
        return this;
    }

    /**
     * Opens a section.
     *
     * @param heading or null
     * @param kind its class, or the empty string
     */
    Html section(String id, String heading, String kind) {
        if (kind.isEmpty()) {
            open("section", "id", id);
        } else {
            open("section", "id", id, "class", kind);
        }
        if (heading != null) {
            element("h2", heading);
        }
        return line();
    }

    /** Closes a section. */
    Html endSection() {
        return close("section").line();
    }

    private void start(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(escape(attributes[i + 1])).append('"');
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
