package org.headwater.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text, printed in aligned columns. */
public final class Table {
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a row; rows may have different lengths. */
    public void row(String... cells) {
        rows.add(cells);
    }

    /** The rows, each a line, ended by a line break. */
    @Override
    public String toString() {
        int columns = rows.stream().mapToInt(r -> r.length).max().orElse(0);
        int[] width = new int[columns];
        for (String[] row : rows) {
            for (int c = 0; c < row.length; c++) {
                width[c] = Math.max(width[c], row[c].length());
            }
        }
        StringBuilder all = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.length; c++) {
                line.append(row[c]);
                line.append(" ".repeat(width[c] - row[c].length() + 2));
            }
            all.append(line.toString().stripTrailing()).append('\n');
        }
        return all.toString();
    }
}
