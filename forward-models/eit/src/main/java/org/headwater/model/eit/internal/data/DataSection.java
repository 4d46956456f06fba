package org.headwater.model.eit.internal.data;

import java.nio.file.Path;
import java.util.Locale;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;

/**
 * Reads what a {@code data} section holds or names: patterns, voltages and the reference frame,
 * from comma separated text or MATLAB files, in A and V. Files are matrices without header:
 * currents L×P, measurement pattern L×M, voltages and reference M×P.
 */
public final class DataSection {
    /** Relative size below which a sum of currents counts as rounding. */
    private static final double CURRENT_SUM_LIMIT = 1e-6;

    private static final String[] CURRENTS = {"CurrentPattern", "Inj", "Injref"};
    private static final String[] MEASUREMENT = {"MeasPattern", "Mpat"};
    private static final String[] VOLTAGES = {"Uel", "Uelref"};

    private final Settings data;
    private final String format;

    /**
     * @param data settings validated against {@link #schema()}
     */
    public DataSection(Settings data) {
        this.data = data;
        this.format = data.text("format");
    }

    /** The keys of the section. */
    public static SettingsSchema schema() {
        return SettingsSchema.of(
                Setting.choice(
                                "format",
                                "who measured: presets of units, patterns and tank",
                                "csv",
                                "kit4",
                                "ktc2023",
                                "rpi",
                                "mat")
                        .byDefault("csv"),
                Setting.file(
                        "mat",
                        "a MATLAB file (version 5 to 7.3) with the fields CurrentPattern,"
                                + " MeasPattern, Uel, instead of text files"),
                Setting.file(
                                "voltages",
                                "measured voltages, a row per measurement and a column per current"
                                        + " pattern")
                        .or(Setting.Kind.ROWS),
                Setting.file(
                                "currents",
                                "current patterns, a row per electrode and a column per pattern,"
                                        + " or the name of a kind of pattern")
                        .or(Setting.Kind.ROWS)
                        .or("adjacent", "opposite", "skip", "trigonometric"),
                Setting.integer(
                                "skip",
                                "how many electrodes lie between the two of a pair, for currents:"
                                        + " skip and measurement-pattern: skip; 0 is adjacent")
                        .atLeast(0),
                Setting.number("current-amplitude", "amplitude of named current patterns")
                        .above(0)
                        .unit("A"),
                Setting.file(
                                "measurement-pattern",
                                "measurement patterns, a row per electrode and a column per"
                                        + " pattern; adjacent pairs unless the format says"
                                        + " otherwise")
                        .or(Setting.Kind.ROWS)
                        .or("adjacent", "opposite", "skip", "complete"),
                Setting.file(
                                "reference",
                                "voltages of the homogeneous tank, shaped as the voltages (or a"
                                        + " MATLAB file that ends in .mat): difference data")
                        .or(Setting.Kind.ROWS),
                Setting.flag(
                                "exclude-driven",
                                "leave out voltages of electrodes that carry current")
                        .byDefault(false),
                Setting.choice(
                        "current-unit",
                        "unit of the currents' file; A unless the format says otherwise",
                        "A",
                        "mA"),
                Setting.choice(
                        "voltage-unit",
                        "unit of the voltages' files; V unless the format says otherwise",
                        "V",
                        "mV"));
    }

    /** The format's word. */
    public String format() {
        return format;
    }

    /** Whether measured voltages are named. */
    public boolean hasVoltages() {
        return data.has("voltages") || data.has("mat");
    }

    /** Whether a reference frame is named. */
    public boolean hasReference() {
        return data.has("reference");
    }

    /**
     * Reads the patterns.
     *
     * @param electrodes L, of the tank or mesh
     * @throws InvalidInputException if a file is wrong or does not fit the others
     */
    public Experiment experiment(int electrodes) {
        if (data.has("mat")) {
            for (String key : new String[] {"voltages", "currents", "measurement-pattern"}) {
                if (data.has(key)) {
                    throw data.invalid(
                            key,
                            "cannot be given together with " + data.key("mat"),
                            "remove one of them");
                }
            }
        } else if (format.equals("mat")) {
            throw InvalidInputException.of(
                    data.key("mat"),
                    "is missing; it must be a file name, as format is mat",
                    null,
                    "name the MATLAB file or choose another format");
        }
        requireSkipUsed(isWord("currents", "skip") || isWord("measurement-pattern", "skip"));
        DenseMatrix currents = currents(electrodes);
        DenseMatrix measurement = measurement(electrodes);
        boolean excludeDriven = data.flag("exclude-driven");
        Experiment experiment = new Experiment(currents, measurement, excludeDriven);
        if (excludeDriven && experiment.isComplete()) {
            throw data.invalid(
                    "exclude-driven",
                    "must be false with complete measurement patterns, whose zero is the mean of"
                            + " all electrodes, driven ones included",
                    "give differences of electrodes as measurement-pattern");
        }
        if (experiment.dataSize() == 0) {
            throw data.invalid(
                    "exclude-driven",
                    "must leave data: every voltage involves an electrode that carries current",
                    "set it to false");
        }
        return experiment;
    }

    /** The measured voltages, M×P, in V. */
    public double[] voltages(Experiment experiment) {
        if (!hasVoltages()) {
            throw InvalidInputException.of(
                    data.key("voltages"),
                    "is missing; it must be a file name",
                    null,
                    "name the file of measured voltages, or mat");
        }
        return voltages(data.has("mat") ? "mat" : "voltages", experiment);
    }

    /** The voltages of the reference frame, M×P, in V. */
    public double[] reference(Experiment experiment) {
        return voltages("reference", experiment);
    }

    /** The key whose voltages a homogeneous fit without reference uses. */
    public String voltagesKey() {
        return data.key(data.has("mat") ? "mat" : "voltages");
    }

    /** The key of the reference frame. */
    public String referenceKey() {
        return data.key("reference");
    }

    private DenseMatrix currents(int electrodes) {
        if (data.isText("currents")) {
            double amplitude =
                    data.has("current-amplitude") ? data.number("current-amplitude") : 1e-3;
            double[] c = named(data.text("currents"), electrodes);
            for (int i = 0; i < c.length; i++) {
                c[i] *= amplitude;
            }
            return Experiment.centred(new DenseMatrix(electrodes, c.length / electrodes, c));
        }
        if (data.has("current-amplitude")) {
            throw data.invalid(
                    "current-amplitude",
                    "belongs to named current patterns (adjacent, opposite, skip, trigonometric)",
                    "remove it: the file of currents has amplitudes");
        }
        String key = data.has("mat") ? "mat" : "currents";
        if (!data.has(key)) {
            throw InvalidInputException.of(
                    data.key("currents"),
                    "is missing; it must be a file name or one of: adjacent, opposite, skip,"
                            + " trigonometric",
                    null,
                    "say which currents were driven");
        }
        DenseMatrix c = matrix(key, CURRENTS);
        requireElectrodes(key, "currents", c, electrodes);
        double scale =
                unit("current-unit", format.equals("csv") || format.equals("mat") ? "A" : "mA");
        double[] ampere = new double[c.data().length];
        double largest = 0;
        for (int i = 0; i < ampere.length; i++) {
            ampere[i] = scale * c.data()[i];
            largest = Math.max(largest, Math.abs(ampere[i]));
        }
        if (largest == 0) {
            throw InvalidInputException.of(
                    data.key(key), "must drive a current", "zeros only", "check the file");
        }
        DenseMatrix result = new DenseMatrix(c.rows(), c.columns(), ampere);
        requireZeroSums(
                key,
                "currents",
                result,
                CURRENT_SUM_LIMIT * largest,
                "what flows in must flow out: mend the pattern");
        return Experiment.centred(result);
    }

    private double[] named(String word, int electrodes) {
        return word.equals("trigonometric")
                ? Patterns.trigonometric(electrodes)
                : pairs("currents", word, electrodes);
    }

    /** Pairs of electrodes by the word that {@code key} has. */
    private double[] pairs(String key, String word, int electrodes) {
        switch (word) {
            case "opposite":
                if (electrodes % 2 != 0) {
                    throw data.invalid(
                            key,
                            "can be opposite for an even number of electrodes only, not "
                                    + electrodes,
                            "choose adjacent or skip");
                }
                return Patterns.pairs(electrodes, electrodes / 2, electrodes / 2);
            case "skip":
                if (!data.has("skip")) {
                    throw InvalidInputException.of(
                            data.key("skip"),
                            "is missing; it must be the number of electrodes between the two of a"
                                    + " pair, as "
                                    + data.key(key)
                                    + " is skip",
                            null,
                            "give it, or choose adjacent or opposite");
                }
                int skip = data.integer("skip");
                if (skip > electrodes - 2) {
                    throw data.invalid(
                            "skip",
                            "must be at most "
                                    + (electrodes - 2)
                                    + " for "
                                    + electrodes
                                    + " electrodes",
                            "lower it");
                }
                return 2 * (skip + 1) == electrodes
                        ? Patterns.pairs(electrodes, skip + 1, electrodes / 2)
                        : Patterns.pairs(electrodes, skip + 1, electrodes);
            default:
                return Patterns.pairs(electrodes, 1, electrodes);
        }
    }

    private void requireSkipUsed(boolean inPatterns) {
        if (data.has("skip") && !inPatterns) {
            throw data.invalid(
                    "skip",
                    "belongs to currents: skip or measurement-pattern: skip",
                    "remove it, or choose one of these");
        }
    }

    private DenseMatrix measurement(int electrodes) {
        String word =
                data.isText("measurement-pattern")
                        ? data.text("measurement-pattern")
                        : data.has("measurement-pattern") || data.has("mat")
                                ? null
                                : switch (format) {
                                    case "rpi" -> "complete";
                                    case "ktc2023" -> "adjacent-open";
                                    default -> "adjacent";
                                };
        if (word != null) {
            double[] q =
                    switch (word) {
                        case "complete" -> Patterns.complete(electrodes);
                        case "adjacent-open" -> Patterns.pairs(electrodes, 1, electrodes - 1);
                        default -> pairs("measurement-pattern", word, electrodes);
                    };
            return new DenseMatrix(electrodes, q.length / electrodes, q);
        }
        String key = data.has("mat") ? "mat" : "measurement-pattern";
        DenseMatrix q = matrix(key, MEASUREMENT);
        requireElectrodes(key, "measurement patterns", q, electrodes);
        if (!java.util.Arrays.equals(q.data(), Patterns.complete(electrodes))) {
            double largest = 0;
            for (double x : q.data()) {
                largest = Math.max(largest, Math.abs(x));
            }
            requireZeroSums(
                    key,
                    "measurement patterns",
                    q,
                    CURRENT_SUM_LIMIT * largest,
                    "only differences of potentials can be measured: mend the pattern, or say"
                            + " complete for voltages against the mean of all electrodes");
        }
        return q;
    }

    private double[] voltages(String key, Experiment experiment) {
        DenseMatrix v = matrix(key, VOLTAGES);
        int rows = experiment.measurements();
        int columns = experiment.patterns();
        if (isMat(key)
                && Math.min(v.rows(), v.columns()) == 1
                && v.data().length == rows * columns) {
            // The Kuopio files stack the columns, a current pattern after the other.
            v = new DenseMatrix(columns, rows, v.data()).transpose();
        }
        if (v.rows() != rows || v.columns() != columns) {
            boolean turned = v.rows() == columns && v.columns() == rows;
            throw InvalidInputException.of(
                    data.key(key),
                    "must hold "
                            + rows
                            + " × "
                            + columns
                            + " voltages: a row for each of "
                            + rows
                            + " measurement patterns, a column for each of "
                            + columns
                            + " current patterns",
                    v.rows() + " × " + v.columns() + data.inFile(key),
                    turned ? "transpose it" : "check which patterns belong to it");
        }
        double scale = unit("voltage-unit", format.equals("rpi") ? "mV" : "V");
        double[] volt = new double[v.data().length];
        for (int i = 0; i < volt.length; i++) {
            volt[i] = scale * v.data()[i];
        }
        // Voltages of single electrodes have an arbitrary zero; the model's is the mean.
        return experiment.isComplete()
                ? Experiment.centred(new DenseMatrix(rows, columns, volt)).data()
                : volt;
    }

    private boolean isWord(String key, String word) {
        return data.isText(key) && data.text(key).equals(word);
    }

    private DenseMatrix matrix(String key, String... fields) {
        return isMat(key)
                ? MatFile.read(data.file(key), data.key(key)).matrix(fields)
                : data.matrix(key);
    }

    private boolean isMat(String key) {
        if (!data.isFile(key)) {
            return false;
        }
        Path name = data.file(key).getFileName();
        return key.equals("mat") || name.toString().toLowerCase(Locale.ROOT).endsWith(".mat");
    }

    private double unit(String key, String preset) {
        return (data.has(key) ? data.text(key) : preset).startsWith("m") ? 1e-3 : 1;
    }

    private void requireElectrodes(String key, String what, DenseMatrix a, int electrodes) {
        if (a.rows() != electrodes) {
            throw InvalidInputException.of(
                    data.key(key),
                    "must have "
                            + electrodes
                            + " rows of "
                            + what
                            + ", one for each electrode of"
                            + " forward-model.tank or forward-model.mesh.file",
                    a.rows() + " × " + a.columns() + data.inFile(key),
                    a.columns() == electrodes
                            ? "transpose it"
                            : "correct forward-model.tank.electrodes or name another file");
        }
    }

    private void requireZeroSums(
            String key, String what, DenseMatrix a, double limit, String remedy) {
        for (int p = 0; p < a.columns(); p++) {
            double sum = 0;
            for (int l = 0; l < a.rows(); l++) {
                sum += a.get(l, p);
            }
            if (!(Math.abs(sum) <= limit)) {
                throw InvalidInputException.of(
                        data.key(key),
                        "must have " + what + " that sum to zero in each column, within " + limit,
                        sum + " in pattern " + (p + 1) + data.inFile(key),
                        remedy);
            }
        }
    }
}
