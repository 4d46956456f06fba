package org.headwater.model.linear.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;

/**
 * Reads Matrix Market files: coordinate or array; real, integer or (coordinate only) pattern;
 * general or symmetric.
 *
 * <p>Source: R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market exchange formats: initial
 * design, NISTIR 5935 (1996).
 */
final class MatrixMarket {
    private final Path file;
    private final String key;
    private final Iterator<String> lines;
    private int line;

    private MatrixMarket(Path file, byte[] content, String key) {
        this.file = file;
        this.key = key;
        lines = new String(content, StandardCharsets.UTF_8).lines().iterator();
    }

    static LinearMap read(Path file, byte[] content, String key) {
        return new MatrixMarket(file, content, key).read();
    }

    private LinearMap read() {
        String first = lines.hasNext() ? lines.next().strip() : "";
        line = 1;
        List<String> banner = List.of(first.toLowerCase(Locale.ROOT).split("\\s+"));
        boolean known =
                banner.size() == 5
                        && banner.get(0).equals("%%matrixmarket")
                        && banner.get(1).equals("matrix")
                        && List.of("coordinate", "array").contains(banner.get(2))
                        && List.of("real", "integer", "pattern").contains(banner.get(3))
                        && List.of("general", "symmetric").contains(banner.get(4));
        if (!known) {
            throw InvalidInputException.of(
                    key,
                    "must be a Matrix Market file of real numbers, its first line '%%MatrixMarket"
                            + " matrix coordinate|array real|integer|pattern general|symmetric'",
                    "'" + first + "' in " + file,
                    "convert the matrix");
        }
        boolean symmetric = banner.get(4).equals("symmetric");
        return banner.get(2).equals("array")
                ? array(symmetric)
                : coordinate(symmetric, banner.get(3).equals("pattern"));
    }

    /** The cells of the next line that is no comment. */
    private String[] next(int cells, String what) {
        while (lines.hasNext()) {
            String text = lines.next().strip();
            line++;
            if (!text.isEmpty() && !text.startsWith("%")) {
                String[] all = text.split("\\s+");
                if (all.length != cells) {
                    throw wrong("must hold " + what + " on each line", text);
                }
                return all;
            }
        }
        throw wrong("must hold as many entries as its size line says", "the end of the file");
    }

    private InvalidInputException wrong(String rule, String found) {
        return InvalidInputException.of(
                key, rule, found + " on line " + line + " of " + file, "mend the file");
    }

    private int whole(String cell) {
        try {
            return Integer.parseInt(cell);
        } catch (NumberFormatException e) {
            throw wrong("must hold whole numbers for sizes and places", "'" + cell + "'");
        }
    }

    private double number(String cell) {
        double v;
        try {
            v = Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw wrong("must hold numbers", "'" + cell + "'");
        }
        if (!Double.isFinite(v)) {
            throw wrong("must hold finite numbers", cell);
        }
        return v;
    }

    private void checkSize(int rows, int columns, boolean symmetric) {
        if (rows < 1 || columns < 1 || (symmetric && rows != columns)) {
            throw wrong(
                    symmetric ? "must be square to be symmetric" : "must have rows and columns",
                    rows + " × " + columns);
        }
    }

    private void checkEnd() {
        while (lines.hasNext()) {
            String text = lines.next().strip();
            line++;
            if (!text.isEmpty() && !text.startsWith("%")) {
                throw wrong("must hold as many entries as its size line says, not more", text);
            }
        }
    }

    private LinearMap array(boolean symmetric) {
        String[] size = next(2, "rows and columns");
        int rows = whole(size[0]);
        int columns = whole(size[1]);
        checkSize(rows, columns, symmetric);
        double[] data = new double[Math.multiplyExact(rows, columns)];
        for (int j = 0; j < columns; j++) {
            for (int i = symmetric ? j : 0; i < rows; i++) {
                double v = number(next(1, "one number")[0]);
                data[i * columns + j] = v;
                if (symmetric) {
                    data[j * columns + i] = v;
                }
            }
        }
        checkEnd();
        return new DenseMap(new DenseMatrix(rows, columns, data));
    }

    private LinearMap coordinate(boolean symmetric, boolean pattern) {
        String[] size = next(3, "rows, columns and number of entries");
        int rows = whole(size[0]);
        int columns = whole(size[1]);
        int entries = whole(size[2]);
        checkSize(rows, columns, symmetric);
        int most = symmetric ? Math.multiplyExact(2, entries) : entries;
        long[] place = new long[most];
        double[] value = new double[most];
        int count = 0;
        for (int e = 0; e < entries; e++) {
            String[] cells =
                    next(pattern ? 2 : 3, pattern ? "row and column" : "row, column and value");
            int i = whole(cells[0]);
            int j = whole(cells[1]);
            if (i < 1 || i > rows || j < 1 || j > columns) {
                throw wrong(
                        "must hold rows from 1 to " + rows + " and columns from 1 to " + columns,
                        "(" + i + ", " + j + ")");
            }
            if (symmetric && j > i) {
                throw wrong(
                        "must hold the lower triangle only, as it is symmetric",
                        "(" + i + ", " + j + ")");
            }
            double v = pattern ? 1 : number(cells[2]);
            place[count] = (i - 1L) * columns + j - 1;
            value[count++] = v;
            if (symmetric && i != j) {
                place[count] = (j - 1L) * columns + i - 1;
                value[count++] = v;
            }
        }
        checkEnd();
        return sorted(rows, columns, Arrays.copyOf(place, count), value);
    }

    private SparseMap sorted(int rows, int columns, long[] place, double[] value) {
        Integer[] order = new Integer[place.length];
        Arrays.setAll(order, k -> k);
        Arrays.sort(order, (a, b) -> Long.compare(place[a], place[b]));
        SparseMap.Builder builder = new SparseMap.Builder(rows, columns);
        int at = 0;
        for (int i = 0; i < rows; i++) {
            for (; at < place.length && place[order[at]] / columns == i; at++) {
                long here = place[order[at]];
                if (at > 0 && place[order[at - 1]] == here) {
                    throw InvalidInputException.of(
                            key,
                            "must hold each entry once",
                            "(" + (i + 1) + ", " + (here % columns + 1) + ") twice in " + file,
                            "add the two up or remove one");
                }
                builder.add((int) (here % columns), value[order[at]]);
            }
            builder.endRow();
        }
        return builder.build();
    }
}
