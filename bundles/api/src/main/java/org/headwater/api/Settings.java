package org.headwater.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The validated settings of a plug-in, as {@link SettingsSchema#validate} gives them. Immutable.
 * Asking for a key that is absent and has no default is a programming error; ask {@link #has}
 * first.
 */
public final class Settings {
    private final String path;
    private final Path directory;
    private final Map<String, Object> values;

    Settings(String path, Path directory, Map<String, Object> values) {
        this.path = path;
        this.directory = directory;
        this.values = values;
    }

    /** Dotted path of these settings in the problem file. */
    public String path() {
        return path;
    }

    /** The directory that relative file names start from. */
    public Path directory() {
        return directory;
    }

    /** Whether the key has a value, given or by default. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** Whether the key's value is a number. */
    public boolean isNumber(String key) {
        return values.get(key) instanceof Double;
    }

    /** Whether the key's value is a word or text. */
    public boolean isText(String key) {
        return values.get(key) instanceof String;
    }

    /** Whether the key's value is a file. */
    public boolean isFile(String key) {
        return values.get(key) instanceof Path;
    }

    /** Whether the key's value is a list of numbers. */
    public boolean isNumbers(String key) {
        return values.get(key) instanceof double[];
    }

    /** Whether the key's value is a list of rows of numbers. */
    public boolean isRows(String key) {
        return values.get(key) instanceof DenseMatrix;
    }

    /** Whether the key's value is a prior. */
    public boolean isPrior(String key) {
        return values.get(key) instanceof PriorChoice;
    }

    /** Whether the key's value is a list of priors. */
    public boolean isPriors(String key) {
        return values.get(key) instanceof PriorChoice[];
    }

    /** A real number. */
    public double number(String key) {
        return get(key, Double.class);
    }

    /** A whole number. */
    public int integer(String key) {
        double x = get(key, Double.class);
        if (Math.abs(x) > Integer.MAX_VALUE) {
            throw invalid(key, "must be at most " + Integer.MAX_VALUE, "choose a smaller number");
        }
        return (int) x;
    }

    /** A truth value. */
    public boolean flag(String key) {
        return get(key, Boolean.class);
    }

    /** A word or text. */
    public String text(String key) {
        return get(key, String.class);
    }

    /** A file, made absolute against the problem file's directory if that is absolute. */
    public Path file(String key) {
        return get(key, Path.class);
    }

    /** A list of numbers, a copy. */
    public double[] numbers(String key) {
        return get(key, double[].class).clone();
    }

    /** Lists of whole numbers, a copy. */
    public int[][] indexLists(String key) {
        int[][] lists = get(key, int[][].class);
        int[][] copy = new int[lists.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = lists[i].clone();
        }
        return copy;
    }

    /** Whether the key's value is left to be chosen: the word {@link Scaling#AUTO}. */
    public boolean isAuto(String key) {
        return Scaling.AUTO.equals(values.get(key));
    }

    /** A positive weight: the number, or where a choice of it starts if that is left to be made. */
    public double weight(String key) {
        return isAuto(key) ? Scaling.FIRST_GUESS : number(key);
    }

    /** A prior. */
    public PriorChoice prior(String key) {
        return get(key, PriorChoice.class);
    }

    /** A list of priors. */
    public List<PriorChoice> priors(String key) {
        return List.of(get(key, PriorChoice[].class));
    }

    /** A nested mapping. */
    public Settings group(String key) {
        return get(key, Settings.class);
    }

    /** A mapping with any keys; values are what a YAML parser gives. Unmodifiable. */
    public Map<String, Object> mapping(String key) {
        Map<String, Object> out = new LinkedHashMap<>();
        Map<?, ?> raw = get(key, Map.class);
        raw.forEach((k, v) -> out.put((String) k, v));
        return Collections.unmodifiableMap(out);
    }

    /** A list of mappings. */
    public List<Settings> groups(String key) {
        return List.of(get(key, Settings[].class));
    }

    /**
     * The key's numbers as a matrix, whether given as a list, which is a column, as a list of rows,
     * or in a file: comma, semicolon, tab or blank separated, a row a line.
     *
     * @throws InvalidInputException if the file is missing, ragged, or holds something that is not
     *     a finite number (row and column are named)
     */
    public DenseMatrix matrix(String key) {
        if (isNumbers(key)) {
            double[] column = numbers(key);
            if (column.length == 0) {
                throw InvalidInputException.of(
                        key(key), "must hold numbers", "an empty list", "write [a, b, …]");
            }
            return new DenseMatrix(column.length, 1, column);
        }
        if (isRows(key)) {
            DenseMatrix m = get(key, DenseMatrix.class);
            return new DenseMatrix(m.rows(), m.columns(), m.data().clone());
        }
        return NumberFiles.read(file(key), key(key));
    }

    /** Where the key's numbers are, for messages: {@code " in FILE"}, or nothing for a list. */
    public String inFile(String key) {
        return isFile(key) ? " in " + file(key) : "";
    }

    /**
     * The key's numbers as a vector, whether given as a number, a list, or a file with one row or
     * one column; all of it where the choice of an {@link Scaling#AUTO} weight starts.
     *
     * @param length the length required; a single number is repeated
     */
    public double[] vector(String key, int length) {
        double[] v;
        if (isNumber(key) || isAuto(key)) {
            v = new double[length];
            java.util.Arrays.fill(v, weight(key));
            return v;
        }
        if (isNumbers(key)) {
            v = numbers(key);
        } else {
            DenseMatrix m = matrix(key);
            if (m.rows() != 1 && m.columns() != 1) {
                throw InvalidInputException.of(
                        key(key),
                        "must be one row or one column of " + length + " numbers",
                        m.rows() + " × " + m.columns() + inFile(key),
                        "put one number on each line");
            }
            v = m.data();
        }
        if (v.length != length) {
            throw InvalidInputException.of(
                    key(key),
                    "must hold " + length + " numbers",
                    v.length + " numbers",
                    "give one for each, or a single number for all");
        }
        return v;
    }

    /** The dotted path of one of these keys. */
    public String key(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** An error about one of these keys, showing the value that it has. */
    public InvalidInputException invalid(String key, String rule, String remedy) {
        Object v = values.get(key);
        if (v instanceof double[] numbers) {
            v = numbers.length + " numbers";
        } else if (v instanceof DenseMatrix m) {
            v = m.rows() + " × " + m.columns() + " numbers";
        } else if (v instanceof int[][] lists) {
            v = lists.length + " lists";
        } else if (v instanceof PriorChoice[] priors) {
            v = priors.length + " priors";
        } else if (v instanceof Settings || v instanceof Settings[] || v instanceof PriorChoice) {
            v = null;
        }
        return InvalidInputException.of(key(key), rule, v, remedy);
    }

    private <T> T get(String key, Class<T> type) {
        Object v = values.get(key);
        if (!type.isInstance(v)) {
            throw new IllegalStateException(
                    key(key) + " is not a " + type.getSimpleName() + " but " + v);
        }
        return type.cast(v);
    }
}
