package org.headwater.model.ellipticpde.internal;

import java.nio.file.Path;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/**
 * Steady flow through a medium of unknown permeability (Darcy's law): −∇·(e^m ∇u) = f on the unit
 * square, u observed at points, m unknown.
 */
@Component
public final class EllipticProvider implements ForwardModelProvider {
    private static final String GRID = "grid";
    private static final String BASIS = "basis";
    private static final String SOURCE = "source";
    private static final String WELLS = "wells";
    private static final String BOUNDARY = "boundary";
    private static final String INFLOW = "inflow";
    private static final String NO_FLOW = "no-flow";
    private static final String VALUES = "values";
    private static final String POINTS = "points";
    private static final int FINEST = 256;
    private static final int PICTURE = 64;

    private static final PluginInfo INFO =
            new PluginInfo(
                    "elliptic-pde",
                    "0.1.0",
                    "Steady flow through a medium of unknown permeability: -div(exp(m) grad u) = f"
                            + " on the unit square.",
                    SettingsSchema.of(
                            Setting.integer(GRID, "boxes along a side of the square")
                                    .atLeast(8)
                                    .atMost(FINEST)
                                    .byDefault(64),
                            Setting.group(
                                    BASIS,
                                    "in which the log-permeability m is expanded",
                                    SettingsSchema.of(
                                            Setting.choice("type", "its kind", "sine", "pixels")
                                                    .byDefault("sine"),
                                            Setting.integer(
                                                            "modes",
                                                            "sine: number of modes, 128 when"
                                                                    + " absent")
                                                    .atLeast(1)
                                                    .atMost(1024),
                                            Setting.number(
                                                            "scale",
                                                            "sine: frequency from which on modes"
                                                                    + " decay, 3 when absent")
                                                    .above(0),
                                            Setting.number(
                                                            "decay",
                                                            "sine: exponent of the decay, 1.25"
                                                                    + " when absent")
                                                    .atLeast(0),
                                            Setting.integer(
                                                            "size",
                                                            "pixels: pixels along a side, 16 when"
                                                                    + " absent")
                                                    .atLeast(2)
                                                    .atMost(64))),
                            Setting.number(
                                            SOURCE,
                                            "f, a number or an image of it, row 0 at the top")
                                    .or(Setting.Kind.FILE)
                                    .or(Setting.Kind.ROWS)
                                    .byDefault(0.0),
                            Setting.groups(
                                            WELLS,
                                            "point sources; a list of {x, y, rate}, or a file with"
                                                    + " x, y, rate on each line",
                                            SettingsSchema.of(
                                                    Setting.number("x", "position")
                                                            .atLeast(0)
                                                            .atMost(1)
                                                            .required(),
                                                    Setting.number("y", "position")
                                                            .atLeast(0)
                                                            .atMost(1)
                                                            .required(),
                                                    Setting.number(
                                                                    "rate",
                                                                    "what flows in, negative for"
                                                                            + " what is pumped out")
                                                            .required()))
                                    .or(Setting.Kind.FILE),
                            Setting.group(
                                    BOUNDARY,
                                    "the pressure on the sides, 0 where nothing is said",
                                    sides(
                                            "a number, or a list or file of evenly spaced values"
                                                    + " in the direction of x or y; or no-flow",
                                            NO_FLOW)),
                            Setting.group(
                                    INFLOW,
                                    "sides through which a given flow enters",
                                    sides(
                                            "e^m du/dn per length, negative for what leaves: a"
                                                    + " number, or a list or file of evenly spaced"
                                                    + " values in the direction of x or y; such a"
                                                    + " side has no pressure"))),
                    "");

    private static final SettingsSchema DATA =
            SettingsSchema.of(
                    Setting.integer(
                                    POINTS,
                                    "where u is observed: x, y of each point, on the lines of a"
                                            + " file or as a list, or k for the k × k points"
                                            + " (i/(k+1), j/(k+1)), x outermost")
                            .or(Setting.Kind.FILE)
                            .or(Setting.Kind.ROWS)
                            .atLeast(1)
                            .atMost(FINEST)
                            .byDefault(8),
                    Setting.file(
                                    VALUES,
                                    "the observed u, one number on each line, in the order of the"
                                            + " points")
                            .or(Setting.Kind.NUMBERS)
                            .required());

    /** A setting for each side: a number, a file, or one of the words. */
    private static SettingsSchema sides(String help, String... words) {
        return SettingsSchema.of(
                Stream.of("left", "right", "bottom", "top")
                        .map(
                                name ->
                                        Setting.number(name, help)
                                                .or(Setting.Kind.FILE)
                                                .or(Setting.Kind.NUMBERS))
                        .map(side -> words.length == 0 ? side : side.or(words))
                        .toArray(Setting[]::new));
    }

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
        int n = model.integer(GRID);
        Basis basis = basis(model.group(BASIS));
        return new EllipticModel(n, flow(model, data), basis, PICTURE);
    }

    static Flow flow(Settings model, Settings data) {
        Boundary boundary =
                new Boundary(
                        side(model, "left"),
                        side(model, "right"),
                        side(model, "bottom"),
                        side(model, "top"));
        if (!boundary.determines()) {
            throw InvalidInputException.of(
                    model.key(BOUNDARY),
                    "must give the pressure on one side at least: without one it is known up to a"
                            + " constant only",
                    "none on any side",
                    "write a number for a side");
        }
        return new Flow(source(model), wells(model), boundary, points(data));
    }

    private static Boundary.Side side(Settings model, String name) {
        Settings pressures = model.group(BOUNDARY);
        Settings inflows = model.group(INFLOW);
        if (!inflows.has(name)) {
            return pressures.isText(name)
                    ? Boundary.Side.NO_FLOW
                    : Boundary.Side.pressure(along(pressures, name));
        }
        if (pressures.has(name)) {
            throw inflows.invalid(
                    name,
                    "cannot be given together with " + pressures.key(name),
                    "a side has a pressure or an inflow: remove one of them");
        }
        return Boundary.Side.inflow(along(inflows, name));
    }

    /** Values along a side, 0 when absent. */
    private static double[] along(Settings sides, String name) {
        if (!sides.has(name)) {
            return new double[1];
        }
        return sides.isNumber(name) ? new double[] {sides.number(name)} : sides.matrix(name).data();
    }

    private static PlaneFunction source(Settings model) {
        if (!model.isNumber(SOURCE)) {
            return PlaneFunction.image(model.matrix(SOURCE));
        }
        double constant = model.number(SOURCE);
        return (x, y) -> constant;
    }

    private static double[] wells(Settings model) {
        if (!model.has(WELLS)) {
            return new double[0];
        }
        if (model.isFile(WELLS)) {
            return places(model, WELLS, 3, "x, y, rate");
        }
        return model.groups(WELLS).stream()
                .flatMapToDouble(
                        w -> DoubleStream.of(w.number("x"), w.number("y"), w.number("rate")))
                .toArray();
    }

    private static double[] points(Settings data) {
        if (!data.isNumber(POINTS)) {
            return places(data, POINTS, 2, "x, y");
        }
        int k = data.integer(POINTS);
        double[] points = new double[2 * k * k];
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < k; j++) {
                points[2 * (i * k + j)] = (i + 1.0) / (k + 1);
                points[2 * (i * k + j) + 1] = (j + 1.0) / (k + 1);
            }
        }
        return points;
    }

    /** Lines of numbers of which the first two are a place in the square. */
    private static double[] places(Settings settings, String key, int columns, String what) {
        DenseMatrix a = settings.matrix(key);
        if (a.columns() != columns) {
            throw InvalidInputException.of(
                    settings.key(key),
                    "must hold " + what + " on each line",
                    a.columns() + " numbers a line" + settings.inFile(key),
                    "mend the " + (settings.isFile(key) ? "file" : "list"));
        }
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < 2; j++) {
                if (!(a.get(i, j) >= 0 && a.get(i, j) <= 1)) {
                    throw InvalidInputException.of(
                            settings.key(key),
                            "must hold places in the unit square",
                            "("
                                    + a.get(i, 0)
                                    + ", "
                                    + a.get(i, 1)
                                    + ") in row "
                                    + (i + 1)
                                    + settings.inFile(key),
                            "divide lengths by the side of your square");
                }
            }
        }
        return a.data();
    }

    static Basis basis(Settings settings) {
        boolean sine = settings.text("type").equals("sine");
        for (String key : sine ? new String[] {"size"} : new String[] {"modes", "scale", "decay"}) {
            if (settings.has(key)) {
                throw settings.invalid(
                        key,
                        "does not belong to a basis of type " + settings.text("type"),
                        "remove it");
            }
        }
        return sine
                ? Basis.sine(
                        settings.has("modes") ? settings.integer("modes") : 128,
                        settings.has("scale") ? settings.number("scale") : 3,
                        settings.has("decay") ? settings.number("decay") : 1.25)
                : Basis.pixels(settings.has("size") ? settings.integer("size") : 16);
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        DenseMatrix values = data.matrix(VALUES);
        int m = created.dataSize();
        boolean vector = values.rows() == 1 || values.columns() == 1;
        if (!vector || values.data().length != m) {
            throw InvalidInputException.of(
                    data.key(VALUES),
                    "must hold " + m + " numbers, one for each of " + data.key(POINTS),
                    (vector
                                    ? String.valueOf(values.data().length)
                                    : values.rows() + " × " + values.columns())
                            + data.inFile(VALUES),
                    (data.isFile(VALUES) ? "write one number on each line" : "complete the list")
                            + ", or mend the points");
        }
        return values.data();
    }

    /**
     * Data of a truth on a finer grid. The truth is a file with the parameters, or an image of m:
     * any number of rows and columns, row 0 at the top.
     */
    @Override
    public Simulation simulate(Settings model, Settings data, Path truth) {
        return EllipticSimulation.of(
                flow(model, data), basis(model.group(BASIS)), model.integer(GRID), truth);
    }
}
