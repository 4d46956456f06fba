package org.headwater.api;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Reads matrices of numbers from text files: no header, a row a line. */
public final class NumberFiles {
    private static final Pattern SEPARATOR = Pattern.compile("\\s*[,;]\\s*|\\s+");

    private NumberFiles() {}

    /**
     * Reads a matrix. Values are separated by commas, semicolons, tabs or blanks; empty lines and
     * lines that start with # are skipped.
     *
     * @param file the file
     * @param key the key of the problem file that named it, for messages
     * @throws InvalidInputException if it is missing, not text, empty, ragged, or holds something
     *     that is not a finite number
     */
    public static DenseMatrix read(Path file, String key) {
        List<String> lines;
        try {
            if (!Files.isRegularFile(file)) {
                throw InvalidInputException.of(
                        key, "must name a file that exists", file, "check the name and the folder");
            }
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw InvalidInputException.of(
                    key, "must be a text file of numbers", file, "save it as comma separated text");
        } catch (IOException e) {
            throw InvalidInputException.of(
                    key,
                    "must be readable",
                    file,
                    "check its permissions (" + e.getMessage() + ")");
        }
        double[] data = new double[16];
        int count = 0;
        int rows = 0;
        int columns = -1;
        for (int line = 0; line < lines.size(); line++) {
            String text = lines.get(line).strip();
            if (line == 0 && text.startsWith("\ufeff")) {
                text = text.substring(1).strip();
            }
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] cells = SEPARATOR.split(text);
            if (columns >= 0 && cells.length != columns) {
                throw InvalidInputException.of(
                        key,
                        "must have the same number of values on every line: "
                                + columns
                                + " on the first",
                        cells.length + " on line " + (line + 1) + " of " + file,
                        "complete the line");
            }
            columns = cells.length;
            if (count + columns > data.length) {
                data = Arrays.copyOf(data, Math.max(2 * data.length, count + columns));
            }
            for (int c = 0; c < columns; c++) {
                data[count++] = number(cells[c], rows + 1, c + 1, file, key);
            }
            rows++;
        }
        if (rows == 0) {
            throw InvalidInputException.of(
                    key, "must hold numbers", "an empty file, " + file, "write a row a line");
        }
        return new DenseMatrix(rows, columns, Arrays.copyOf(data, count));
    }

    private static double number(String cell, int row, int column, Path file, String key) {
        String where = " in row " + row + ", column " + column + " of " + file;
        double x;
        try {
            x = Double.parseDouble(cell);
        } catch (NumberFormatException e) {
            throw InvalidInputException.of(
                    key,
                    "must hold numbers only",
                    "'" + cell + "'" + where,
                    "remove headers and text");
        }
        if (!Double.isFinite(x)) {
            throw InvalidInputException.of(
                    key,
                    "must hold finite numbers",
                    cell + where,
                    "remove the datum or mend the measurement");
        }
        return x;
    }
}
