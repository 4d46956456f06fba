package org.headwater.model.linear.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.headwater.api.DataLayout;
import org.headwater.api.DenseMatrix;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.RandomStream;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.kernels.random.KeyedRandom;
import org.osgi.service.component.annotations.Component;

/**
 * Creates linear models: from a matrix in a file, rows are data and columns parameters, or from one
 * of the {@link Operators} on signals and images.
 */
@Component
public final class LinearProvider implements ForwardModelProvider {
    private static final String MATRIX = "matrix";
    private static final String OPERATOR = "operator";
    private static final String SHAPE = "shape";
    private static final String WIDTH = "width";
    private static final String EDGE = "edge";
    private static final String ANGLES = "angles";
    private static final String DETECTORS = "detectors";
    private static final String COEFFICIENTS = "coefficients";
    private static final String SAMPLING_SEED = "sampling-seed";
    private static final String VALUES = "values";
    private static final int MOST_UNKNOWNS = 1 << 20;
    private static final int MOST_DATA = 1 << 22;

    /** The keys that belong to each operator, besides shape. */
    private static final Map<String, List<String>> KEYS =
            Map.of(
                    MATRIX,
                    List.of(),
                    "identity",
                    List.of(),
                    "blur",
                    List.of(WIDTH, EDGE),
                    "tomography",
                    List.of(ANGLES, DETECTORS),
                    "dct",
                    List.of(COEFFICIENTS, SAMPLING_SEED),
                    "fourier",
                    List.of(COEFFICIENTS, SAMPLING_SEED));

    private static final PluginInfo INFO =
            new PluginInfo(
                    "linear",
                    "0.1.0",
                    "Linear model: data = A·parameters, A a matrix, a blur, a tomograph, …",
                    SettingsSchema.of(
                            Setting.file(
                                            MATRIX,
                                            "the matrix, a row per datum and a column per"
                                                    + " parameter; its file is comma separated,"
                                                    + " NumPy (.npy) or Matrix Market (.mtx)")
                                    .or(Setting.Kind.ROWS),
                            Setting.choice(
                                    OPERATOR,
                                    "in place of a matrix: identity; blur by a Gaussian;"
                                            + " tomography with parallel beams; some coefficients of"
                                            + " the cosine (dct) or Fourier transform",
                                    "identity",
                                    "blur",
                                    "tomography",
                                    "dct",
                                    "fourier"),
                            Setting.numbers(
                                            SHAPE,
                                            "[n] for a signal of n values, [H, W] for an image of"
                                                    + " H rows and W columns")
                                    .or(Setting.Kind.INTEGER)
                                    .atLeast(1),
                            Setting.number(
                                            WIDTH,
                                            "blur: standard deviation of the Gaussian in pixels")
                                    .above(0),
                            Setting.choice(
                                    EDGE,
                                    "blur: what lies beyond the edge: zero (when absent), the image"
                                            + " mirrored (reflect), the image again (periodic)",
                                    "zero",
                                    "reflect",
                                    "periodic"),
                            Setting.integer(
                                            ANGLES,
                                            "tomography: number of angles, evenly spaced from 0 to"
                                                    + " below 180 degrees, or a list or file of"
                                                    + " angles in degrees")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE),
                            Setting.integer(
                                            DETECTORS,
                                            "tomography: detectors, a pixel apart; enough for the"
                                                    + " image's diagonal when absent")
                                    .atLeast(1),
                            Setting.integer(
                                            COEFFICIENTS,
                                            "dct, fourier: how many coefficients are measured,"
                                                    + " chosen at random, or a list or file of"
                                                    + " them, counted from 0 row by row; all when"
                                                    + " absent")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .atLeast(0),
                            Setting.integer(
                                    SAMPLING_SEED,
                                    "dct, fourier: seed of the random choice, 1 when absent")),
                    "");

    private static final SettingsSchema DATA =
            SettingsSchema.of(
                    Setting.file(
                                    VALUES,
                                    "the measured data, one number on each line, or an image of"
                                            + " them; NumPy (.npy) or text")
                            .or(Setting.Kind.NUMBERS)
                            .or(Setting.Kind.ROWS)
                            .required());

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public SettingsSchema dataSettings() {
        return DATA;
    }

    @Override
    public ForwardModel create(Settings model, Settings data) {
        if (model.has(MATRIX) == model.has(OPERATOR)) {
            throw InvalidInputException.of(
                    model.path(),
                    "must hold either matrix or operator",
                    model.has(MATRIX) ? "both" : "neither",
                    "give e.g. matrix: A.csv");
        }
        String operator = model.has(OPERATOR) ? model.text(OPERATOR) : MATRIX;
        for (List<String> keys : KEYS.values()) {
            for (String key : keys) {
                if (model.has(key) && !KEYS.get(operator).contains(key)) {
                    throw model.invalid(
                            key,
                            "does not belong to "
                                    + (operator.equals(MATRIX)
                                            ? "a model with a matrix"
                                            : "the operator " + operator),
                            "remove it");
                }
            }
        }
        return operator.equals(MATRIX) ? matrix(model) : operator(model, operator);
    }

    private static LinearModel matrix(Settings model) {
        LinearMap map =
                model.isFile(MATRIX)
                        ? MatrixFiles.map(model.file(MATRIX), model.key(MATRIX))
                        : new DenseMap(model.matrix(MATRIX));
        if (!model.has(SHAPE)) {
            return new LinearModel(map);
        }
        FieldShape shape = shape(model);
        if (shape.dimension() != map.columns()) {
            throw InvalidInputException.of(
                    model.key(SHAPE),
                    "must have as many values as the matrix has columns, " + map.columns(),
                    shape + " = " + shape.dimension(),
                    "mend the shape or the matrix");
        }
        return new LinearModel(
                map, shape, new FieldShape(map.rows()), DataLayout.plain(map.rows()));
    }

    private static FieldShape shape(Settings model) {
        if (!model.has(SHAPE)) {
            throw InvalidInputException.of(
                    model.key(SHAPE),
                    "is missing; it must be [n] or [H, W]",
                    null,
                    "say how many values the signal or image has");
        }
        double[] sizes = model.isNumber(SHAPE) ? model.vector(SHAPE, 1) : model.numbers(SHAPE);
        boolean whole = Arrays.stream(sizes).allMatch(s -> s == Math.rint(s));
        double product = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
        if (sizes.length < 1 || sizes.length > 2 || !whole || product > MOST_UNKNOWNS) {
            throw InvalidInputException.of(
                    model.key(SHAPE),
                    "must be one or two whole numbers whose product is at most " + MOST_UNKNOWNS,
                    Arrays.toString(sizes),
                    "write [n] for a signal or [H, W] for an image");
        }
        return new FieldShape(Arrays.stream(sizes).mapToInt(s -> (int) s).toArray());
    }

    private static LinearModel operator(Settings model, String operator) {
        FieldShape shape = shape(model);
        int[] sizes = shape.sizes();
        int height = sizes.length == 2 ? sizes[0] : 1;
        int width = sizes[sizes.length - 1];
        return switch (operator) {
            case "identity" -> like(SparseMap.identity(height * width), shape);
            case "blur" -> {
                require(model, WIDTH);
                Operators.Edge edge =
                        Operators.Edge.valueOf(
                                model.has(EDGE)
                                        ? model.text(EDGE).toUpperCase(Locale.ROOT)
                                        : "ZERO");
                yield like(Operators.blur(height, width, model.number(WIDTH), edge), shape);
            }
            case "tomography" -> tomography(model, shape);
            case "dct" -> {
                int[] taken = coefficients(model, height * width);
                yield vector(Operators.cosine(height, width, taken), shape);
            }
            default -> {
                int[] taken = coefficients(model, height * width);
                yield vector(Operators.fourier(height, width, taken), shape);
            }
        };
    }

    /** Data of the shape of the field. */
    private static LinearModel like(LinearMap map, FieldShape shape) {
        return new LinearModel(map, shape, shape, DataLayout.plain(map.rows()));
    }

    private static LinearModel vector(LinearMap map, FieldShape shape) {
        return new LinearModel(
                map, shape, new FieldShape(map.rows()), DataLayout.plain(map.rows()));
    }

    private static void require(Settings model, String key) {
        if (!model.has(key)) {
            throw InvalidInputException.of(
                    model.key(key),
                    "is missing; the operator " + model.text(OPERATOR) + " needs it",
                    null,
                    INFO.settings().find(key).orElseThrow().help());
        }
    }

    private static LinearModel tomography(Settings model, FieldShape shape) {
        require(model, ANGLES);
        int[] sizes = shape.sizes();
        if (sizes.length != 2) {
            throw model.invalid(SHAPE, "must be [H, W] for tomography", "give an image's shape");
        }
        double[] degrees = angles(model);
        int detectors = detectors(model, sizes[0], sizes[1]);
        if ((long) degrees.length * detectors > MOST_DATA) {
            throw InvalidInputException.of(
                    model.key(ANGLES),
                    "must give at most " + MOST_DATA + " data, angles times detectors",
                    degrees.length + " × " + detectors,
                    "take fewer angles or detectors");
        }
        double[] angles = Arrays.stream(degrees).map(Math::toRadians).toArray();
        int[] group = new int[angles.length * detectors];
        List<String> names = new ArrayList<>();
        for (int a = 0; a < angles.length; a++) {
            names.add(Math.round(degrees[a] * 100) / 100.0 + "°");
            Arrays.fill(group, a * detectors, (a + 1) * detectors, a);
        }
        return new LinearModel(
                Operators.tomography(sizes[0], sizes[1], angles, detectors),
                shape,
                new FieldShape(angles.length, detectors),
                new DataLayout("line integral", "", "angle", List.copyOf(names), group));
    }

    private static double[] angles(Settings model) {
        if (model.isNumbers(ANGLES)) {
            return model.numbers(ANGLES);
        }
        if (model.isFile(ANGLES)) {
            return model.matrix(ANGLES).data();
        }
        int count = model.integer(ANGLES);
        if (count < 1 || count > MOST_DATA) {
            throw model.invalid(
                    ANGLES, "must be from 1 to " + MOST_DATA, "say how many angles there are");
        }
        double[] degrees = new double[count];
        Arrays.setAll(degrees, i -> 180.0 * i / count);
        return degrees;
    }

    /** By default as many as reach across the diagonal, even or odd as the columns are. */
    private static int detectors(Settings model, int height, int width) {
        if (model.has(DETECTORS)) {
            return model.integer(DETECTORS);
        }
        int count = (int) Math.ceil(Math.hypot(height, width));
        return (count - width) % 2 == 0 ? count : count + 1;
    }

    private static int[] coefficients(Settings model, int size) {
        if (!model.has(COEFFICIENTS)) {
            int[] all = new int[size];
            Arrays.setAll(all, i -> i);
            return all;
        }
        if (model.isNumber(COEFFICIENTS)) {
            int count = model.integer(COEFFICIENTS);
            if (count < 1 || count > size) {
                throw model.invalid(
                        COEFFICIENTS, "must be from 1 to " + size, "say how many are measured");
            }
            return choice(count, size, model.has(SAMPLING_SEED) ? model.integer(SAMPLING_SEED) : 1);
        }
        double[] listed =
                model.isNumbers(COEFFICIENTS)
                        ? model.numbers(COEFFICIENTS)
                        : model.matrix(COEFFICIENTS).data();
        int[] taken = new int[listed.length];
        boolean[] seen = new boolean[size];
        for (int i = 0; i < taken.length; i++) {
            taken[i] = (int) listed[i];
            if (listed[i] != taken[i] || taken[i] < 0 || taken[i] >= size || seen[taken[i]]) {
                throw InvalidInputException.of(
                        model.key(COEFFICIENTS),
                        "must be different whole numbers from 0 to " + (size - 1),
                        listed[i] + " at place " + (i + 1),
                        "count coefficients row by row from 0");
            }
            seen[taken[i]] = true;
        }
        return taken;
    }

    /** So many different numbers below a size, ascending: selection sampling. */
    private static int[] choice(int count, int size, long seed) {
        RandomStream random = KeyedRandom.of(seed);
        int[] taken = new int[count];
        int chosen = 0;
        for (int i = 0; chosen < count; i++) {
            if (random.below(size - i) < count - chosen) {
                taken[chosen++] = i;
            }
        }
        return taken;
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        DenseMatrix values =
                data.isFile(VALUES)
                        ? MatrixFiles.dense(data.file(VALUES), data.key(VALUES))
                        : data.matrix(VALUES);
        int m = created.dataSize();
        FieldShape expected = ((LinearModel) created).dataShape();
        boolean vector = values.rows() == 1 || values.columns() == 1;
        boolean image = expected.equals(new FieldShape(values.rows(), values.columns()));
        if (!(vector || image) || values.data().length != m) {
            throw InvalidInputException.of(
                    data.key(VALUES),
                    "must hold "
                            + m
                            + " numbers, "
                            + (model.has(MATRIX)
                                    ? "one for each row of "
                                            + model.key(MATRIX)
                                            + " ("
                                            + m
                                            + " × "
                                            + created.dimension()
                                            + ")"
                                    : expected.sizes().length == 2
                                            ? expected + ", row by row"
                                            : "one for each datum"),
                    (vector
                                    ? String.valueOf(values.data().length)
                                    : values.rows() + " × " + values.columns())
                            + data.inFile(VALUES),
                    (data.isFile(VALUES) ? "write one number on each line" : "complete the list")
                            + ", or mend the model");
        }
        return values.data();
    }
}
