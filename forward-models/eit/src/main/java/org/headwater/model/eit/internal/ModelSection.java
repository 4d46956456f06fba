package org.headwater.model.eit.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.model.eit.internal.basis.Bases;
import org.headwater.model.eit.internal.basis.Basis;
import org.headwater.model.eit.internal.basis.LevelSet;
import org.headwater.model.eit.internal.basis.TrianglePoints;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.cem.GmshReader;
import org.headwater.model.eit.internal.cem.RingMesher;
import org.headwater.model.eit.internal.cem.TankShape;

/**
 * Reads the {@code forward-model} section: tank, mesh, basis. The formats of known data sets preset
 * the tank; keys of {@code tank} override the preset one by one.
 */
final class ModelSection {
    /** A finer mesh takes more memory and time than runs have. */
    static final int MOST_NODES = 200_000;

    private static final String WIDTH = "electrode-width";
    private static final String ANGLES = "electrode-angles";
    private static final String ERROR = "approximation-error";
    private static final long ERROR_SEED = 1;
    private static final String LEVEL_SET = "level-set";
    private static final String CONTRASTS = "contrasts";
    private static final Pattern ANGLE =
            Pattern.compile("([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\\s*(deg|°|rad)");

    /** The keys of {@code basis} that belong to each type. */
    private static final Map<String, List<String>> BASIS_KEYS =
            Map.of(
                    "blobs",
                    List.of("size", "width", "extent"),
                    "cosine",
                    List.of("modes", "scale", "decay"),
                    "haar",
                    List.of("size", "smoothness"),
                    "pixels",
                    List.of("size"),
                    "image",
                    List.of("size"),
                    "elements",
                    List.of(),
                    LEVEL_SET,
                    List.of(
                            "expansion",
                            "size",
                            "width",
                            "extent",
                            "modes",
                            "scale",
                            "decay",
                            CONTRASTS,
                            "threshold",
                            "smoothing"));

    private final Settings model;
    private final String format;

    /**
     * @param model settings validated against {@link #schema()}
     * @param format the data section's format
     */
    ModelSection(Settings model, String format) {
        this.model = model;
        this.format = format;
    }

    /** The keys of the section. */
    static SettingsSchema schema() {
        return SettingsSchema.of(
                Setting.group(
                        "tank",
                        "the round tank; the formats kit4, ktc2023 and rpi preset it",
                        SettingsSchema.of(
                                Setting.number("radius", "inner radius").above(0).unit("m"),
                                Setting.number(
                                                "height",
                                                "height of the conducting layer, 1 unless the"
                                                        + " format presets it")
                                        .above(0)
                                        .unit("m"),
                                Setting.integer("electrodes", "number of electrodes").atLeast(2),
                                Setting.number(
                                                WIDTH,
                                                "arc length of an electrode: a number for all, or"
                                                        + " a list or a file with one for each")
                                        .or(Setting.Kind.NUMBERS)
                                        .or(Setting.Kind.FILE)
                                        .above(0)
                                        .unit("m"),
                                Setting.numbers(
                                                ANGLES,
                                                "angle of each electrode's centre in degrees,"
                                                        + " counter-clockwise from +x, a list or a"
                                                        + " file, in place of first-electrode and"
                                                        + " direction; equally spaced when absent")
                                        .or(Setting.Kind.FILE)
                                        .unit("°"),
                                Setting.number(
                                                "first-electrode",
                                                "angle of the first electrode's centre,"
                                                        + " counter-clockwise from +x; a number in"
                                                        + " rad or text such as 90deg; 0 unless"
                                                        + " the format presets it")
                                        .unit("rad")
                                        .or(Setting.Kind.TEXT),
                                Setting.choice(
                                        "direction",
                                        "how electrodes are numbered; counter-clockwise unless"
                                                + " the format presets it",
                                        "clockwise",
                                        "counter-clockwise"))),
                Setting.group(
                        "mesh",
                        "the finite-element mesh",
                        SettingsSchema.of(
                                Setting.integer("nodes", "number of nodes wanted")
                                        .atLeast(50)
                                        .atMost(MOST_NODES)
                                        .byDefault(1800),
                                Setting.file(
                                        "file",
                                        "a Gmsh file (ASCII, version 2.2 or 4.1) with the physical"
                                                + " groups electrode1, electrode2, …"))),
                Setting.number(
                                "contact-impedance",
                                "contact impedance: a number for all electrodes, a list or a file"
                                        + " with one for each, or to be estimated, common to all"
                                        + " (estimate) or one for each (estimate-each)")
                        .above(0)
                        .unit("Ω·m²")
                        .or(Setting.Kind.NUMBERS)
                        .or(Setting.Kind.FILE)
                        .or("estimate", "estimate-each")
                        .byDefault("estimate"),
                Setting.number("background", "conductivity of the homogeneous tank")
                        .above(0)
                        .unit("S/m")
                        .or("estimate")
                        .byDefault("estimate"),
                Setting.group(
                        "basis",
                        "in which the change of conductivity is expanded",
                        SettingsSchema.of(
                                Setting.choice(
                                                "type",
                                                "kind of basis",
                                                "blobs",
                                                "cosine",
                                                "haar",
                                                "pixels",
                                                "image",
                                                "elements",
                                                LEVEL_SET)
                                        .byDefault("blobs"),
                                Setting.integer(
                                                "size",
                                                "grid points along an axis: blobs (default 20),"
                                                        + " pixels and image (32), haar (32, a"
                                                        + " power of 2)")
                                        .atLeast(2)
                                        .atMost(256),
                                Setting.number(
                                                "width",
                                                "blobs: standard deviation over the tank's radius,"
                                                        + " default 0.1")
                                        .above(0),
                                Setting.number(
                                                "extent",
                                                "blobs: largest distance of a centre from the"
                                                        + " middle over the tank's radius, default"
                                                        + " 0.95")
                                        .above(0),
                                Setting.integer("modes", "cosine: number of modes, default 128")
                                        .atLeast(1)
                                        .atMost(4096),
                                Setting.number(
                                                "scale",
                                                "cosine: frequency from which on modes decay,"
                                                        + " default 3")
                                        .above(0),
                                Setting.number(
                                                "decay",
                                                "cosine: exponent of the decay, default 1.25")
                                        .atLeast(0),
                                Setting.number(
                                        "smoothness",
                                        "haar: s of the Besov weights 2^(-j(s-1)), default 1"),
                                Setting.choice(
                                        "expansion",
                                        "level-set: the basis of its function, with that basis's"
                                                + " keys; default blobs",
                                        "blobs",
                                        "cosine"),
                                Setting.numbers(
                                                CONTRASTS,
                                                "level-set: conductivity of the material or the"
                                                        + " two over the background's; below 1"
                                                        + " resistive, above 1 conductive")
                                        .above(0),
                                Setting.number(
                                                "threshold",
                                                "level-set: a material is where the function"
                                                        + " exceeds it (conductive) or falls below"
                                                        + " its negative (resistive), default 1")
                                        .above(0),
                                Setting.number(
                                                "smoothing",
                                                "level-set: width of the step between materials in"
                                                        + " units of the function, default 0.5")
                                        .above(0))),
                Setting.group(
                        ERROR,
                        "counts with what the mesh gets wrong, learnt from draws of tanks on a fine"
                                + " mesh; when absent the mesh is taken to be exact",
                        SettingsSchema.of(
                                Setting.integer(
                                                "nodes",
                                                "nodes of the fine mesh, three times the mesh's"
                                                        + " when absent")
                                        .atLeast(50)
                                        .atMost(MOST_NODES),
                                Setting.integer("samples", "number of draws, 200 when absent")
                                        .atLeast(10)
                                        .atMost(2000),
                                Setting.number(
                                                "coefficient-sd",
                                                "standard deviation of the basis's coefficients"
                                                        + " among the draws, as the prior has it"
                                                        + " (l1: 1.4/weight)")
                                        .above(0)
                                        .required())),
                Setting.choice(
                                "transform",
                                "log: conductivity = background · exp(change); identity:"
                                        + " background + change",
                                "log",
                                "identity")
                        .byDefault("log"));
    }

    /** Height of the tank, m. */
    double height() {
        Settings tank = model.group("tank");
        return tank.has("height")
                ? tank.number("height")
                : switch (format) {
                    case "kit4" -> 0.07;
                    case "rpi" -> 0.016;
                    default -> 1;
                };
    }

    /**
     * What a format presets.
     *
     * @param radius m
     * @param electrodes their number
     * @param width of each, m
     * @param first angle of the first, rad
     * @param clockwise how they are numbered
     */
    private record Preset(
            double radius, int electrodes, double width, double first, boolean clockwise) {}

    private Preset preset() {
        return switch (format) {
            case "kit4" -> new Preset(0.14, 16, 0.025, Math.PI / 2, true);
            case "ktc2023" -> new Preset(0.115, 32, 0.115 * Math.PI / 32, Math.PI / 2, false);
            case "rpi" -> new Preset(0.15, 32, 0.025, 2 * Math.PI / 32, false);
            default -> null;
        };
    }

    /** The tank, from the keys and the preset. */
    TankShape tank() {
        Settings tank = model.group("tank");
        Preset preset = preset();
        double radius = number(tank, "radius", preset == null ? Double.NaN : preset.radius());
        double[] angles = angles(tank);
        int electrodes =
                angles != null && !tank.has("electrodes")
                        ? angles.length
                        : (int)
                                number(
                                        tank,
                                        "electrodes",
                                        preset == null ? Double.NaN : preset.electrodes());
        if (angles != null && angles.length != electrodes) {
            throw tank.invalid(
                    ANGLES,
                    "must hold " + electrodes + " angles, one for each electrode",
                    "mend the list or electrodes");
        }
        double[] widths;
        if (tank.has(WIDTH)) {
            widths = tank.vector(WIDTH, electrodes);
        } else {
            widths = new double[electrodes];
            Arrays.fill(widths, number(tank, WIDTH, preset == null ? Double.NaN : preset.width()));
        }
        double first = preset == null ? 0 : preset.first();
        boolean clockwise = preset != null && preset.clockwise();
        TankShape regular =
                TankShape.equal(
                        radius,
                        electrodes,
                        Arrays.stream(widths).min().orElseThrow(),
                        tank.has("first-electrode") ? angle(tank, "first-electrode") : first,
                        tank.has("direction")
                                ? tank.text("direction").equals("clockwise")
                                : clockwise);
        List<TankShape.Electrode> list = new ArrayList<>();
        for (int l = 0; l < electrodes; l++) {
            double angle =
                    angles == null
                            ? regular.electrodes().get(l).angle()
                            : Math.toRadians(angles[l]);
            list.add(new TankShape.Electrode(angle, widths[l]));
        }
        return new TankShape(radius, list);
    }

    /** The angles of the electrodes in degrees, or null when they are equally spaced. */
    private static double[] angles(Settings tank) {
        if (!tank.has(ANGLES)) {
            return null;
        }
        for (String key : List.of("first-electrode", "direction")) {
            if (tank.has(key)) {
                throw tank.invalid(
                        key,
                        "cannot be given together with " + tank.key(ANGLES),
                        "remove one of them");
            }
        }
        return tank.isNumbers(ANGLES) ? tank.numbers(ANGLES) : tank.matrix(ANGLES).data();
    }

    private static double number(Settings tank, String key, double preset) {
        if (tank.has(key)) {
            return tank.number(key);
        }
        if (Double.isNaN(preset)) {
            throw InvalidInputException.of(
                    tank.key(key),
                    "is missing; it must be a number > 0",
                    null,
                    "describe the tank, or choose a data.format that presets it (kit4, ktc2023,"
                            + " rpi)");
        }
        return preset;
    }

    /** An angle in rad from a number in rad or text with a unit. */
    static double angle(Settings settings, String key) {
        if (settings.isNumber(key)) {
            return settings.number(key);
        }
        Matcher m = ANGLE.matcher(settings.text(key).strip());
        if (!m.matches()) {
            throw settings.invalid(
                    key, "must be a number in rad or text such as 90deg", "write e.g. 90deg");
        }
        double x = Double.parseDouble(m.group(1));
        return m.group(2).equals("rad") ? x : Math.toRadians(x);
    }

    /** The mesh: read from a file or made for the tank. */
    ElectrodeMesh mesh() {
        Settings mesh = model.group("mesh");
        if (!mesh.has("file")) {
            return RingMesher.mesh(tank(), mesh.integer("nodes"));
        }
        ElectrodeMesh read;
        try {
            read = GmshReader.read(mesh.file("file"));
        } catch (IOException e) {
            throw mesh.invalid(
                    "file",
                    "must name a file that can be read",
                    "check the name and the permissions (" + e.getMessage() + ")");
        }
        Settings tank = model.group("tank");
        if (tank.has("electrodes") && tank.integer("electrodes") != read.electrodes()) {
            throw tank.invalid(
                    "electrodes",
                    "must be "
                            + read.electrodes()
                            + ", the number of electrode groups in "
                            + mesh.file("file"),
                    "remove the key or mend the mesh");
        }
        return read;
    }

    /** The basis on a mesh. */
    Basis basis(ElectrodeMesh mesh) {
        Settings basis = model.group("basis");
        String type = basis.text("type");
        for (Setting s : schema().find("basis").orElseThrow().group().settings()) {
            String key = s.key();
            if (!key.equals("type") && basis.has(key) && !BASIS_KEYS.get(type).contains(key)) {
                List<String> known = BASIS_KEYS.get(type);
                throw basis.invalid(
                        key,
                        "does not belong to a basis of type " + type,
                        known.isEmpty()
                                ? "remove it"
                                : "remove it; this type takes " + String.join(", ", known));
            }
        }
        Bases bases =
                new Bases(
                        mesh.centroids(),
                        new TrianglePoints(mesh.nodeCoordinates(), mesh.triangleNodes()),
                        mesh.centre(),
                        mesh.radius());
        return switch (type) {
            case "blobs" -> blobs(basis, bases);
            case "cosine" -> cosine(basis, bases);
            case LEVEL_SET -> levelSet(basis, bases);
            case "haar" -> haar(basis, bases);
            case "pixels" -> bases.pixels(integer(basis, "size", 32));
            case "image" -> bases.image(integer(basis, "size", 32));
            default -> bases.elements();
        };
    }

    private static Basis blobs(Settings basis, Bases bases) {
        return bases.blobs(
                integer(basis, "size", 20), real(basis, "width", 0.1), real(basis, "extent", 0.95));
    }

    private static Basis cosine(Settings basis, Bases bases) {
        return bases.cosine(
                integer(basis, "modes", 128), real(basis, "scale", 3), real(basis, "decay", 1.25));
    }

    private Basis levelSet(Settings basis, Bases bases) {
        if (!isLog()) {
            throw model.invalid(
                    "transform",
                    "must be log with a basis of type level-set, whose contrasts are ratios",
                    "remove it");
        }
        if (!basis.has(CONTRASTS)) {
            throw InvalidInputException.of(
                    basis.key(CONTRASTS),
                    "is missing; a basis of type level-set needs it",
                    null,
                    "write e.g. [0.1] for one resistive material, or [0.1, 10] for two");
        }
        double[] contrasts = basis.numbers(CONTRASTS);
        long resistive = Arrays.stream(contrasts).filter(r -> r < 1).count();
        long conductive = Arrays.stream(contrasts).filter(r -> r > 1).count();
        if (resistive > 1 || conductive > 1 || resistive + conductive != contrasts.length) {
            throw InvalidInputException.of(
                    basis.key(CONTRASTS),
                    "must hold one number below 1, one above 1, or one of each",
                    Arrays.toString(contrasts),
                    "give the conductivity of each material over the background's");
        }
        boolean cosine = basis.has("expansion") && basis.text("expansion").equals("cosine");
        List<String> foreign =
                cosine ? List.of("size", "width", "extent") : List.of("modes", "scale", "decay");
        for (String key : foreign) {
            if (basis.has(key)) {
                throw basis.invalid(
                        key,
                        "does not belong to an expansion in " + (cosine ? "cosines" : "blobs"),
                        "remove it, or change " + basis.key("expansion"));
            }
        }
        return (cosine ? cosine(basis, bases) : blobs(basis, bases))
                .with(
                        new LevelSet(
                                contrasts,
                                real(basis, "threshold", 1),
                                real(basis, "smoothing", 0.5)));
    }

    private static Basis haar(Settings basis, Bases bases) {
        int size = integer(basis, "size", 32);
        if (Integer.bitCount(size) != 1) {
            throw basis.invalid("size", "must be a power of 2 for haar", "choose 16, 32 or 64");
        }
        return bases.haar(Integer.numberOfTrailingZeros(size), real(basis, "smoothness", 1));
    }

    private static int integer(Settings settings, String key, int otherwise) {
        return settings.has(key) ? settings.integer(key) : otherwise;
    }

    private static double real(Settings settings, String key, double otherwise) {
        return settings.has(key) ? settings.number(key) : otherwise;
    }

    /** Whether errors of the mesh are counted with. */
    boolean hasApproximationError() {
        return model.has(ERROR);
    }

    /** The mesh that the errors of the model's own are judged by. */
    ElectrodeMesh fineMesh() {
        if (model.group("mesh").has("file")) {
            throw InvalidInputException.of(
                    model.key(ERROR),
                    "needs a mesh that is made here, not one from a file",
                    null,
                    "give mesh.nodes, or remove the key");
        }
        Settings error = model.group(ERROR);
        int nodes = error.has("nodes") ? error.integer("nodes") : simulationNodes();
        int own = model.group("mesh").integer("nodes");
        if (nodes <= own) {
            throw error.invalid(
                    "nodes",
                    "must exceed " + own + ", the nodes of the mesh itself",
                    "raise it, threefold at best");
        }
        return RingMesher.mesh(tank(), nodes);
    }

    /** The basis on another mesh, with the same coefficients. */
    Basis basisLike(Basis basis, ElectrodeMesh mesh) {
        Basis other = basis(mesh);
        if (!other.names().equals(basis.names())) {
            throw InvalidInputException.of(
                    model.key(ERROR),
                    "needs a basis that is the same on every mesh",
                    model.group("basis").text("type"),
                    "choose blobs, cosine, image or level-set");
        }
        return other;
    }

    /** What the coarse model gets wrong against the fine one. */
    ApproximationError approximationError(EitModel fine, EitModel coarse, boolean difference) {
        Settings error = model.group(ERROR);
        return ApproximationError.of(
                fine,
                coarse,
                difference,
                integer(error, "samples", 200),
                error.number("coefficient-sd"),
                KeyedRandom.of(ERROR_SEED),
                model.key(ERROR));
    }

    /** Whether conductivity is background · exp(change). */
    boolean isLog() {
        return model.text("transform").equals("log");
    }

    /** The background in S/m, or NaN when it is to be estimated. */
    double background() {
        return model.isNumber("background") ? model.number("background") : Double.NaN;
    }

    /** The contact impedances of the electrodes in Ω·m², or null when they are to be estimated. */
    double[] contactImpedances(int electrodes) {
        if (model.isText("contact-impedance")) {
            return null;
        }
        double[] z = model.vector("contact-impedance", electrodes);
        for (int l = 0; l < electrodes; l++) {
            if (!(z[l] > 0)) {
                throw InvalidInputException.of(
                        model.key("contact-impedance"),
                        "must be > 0 for each electrode",
                        z[l] + " for electrode " + (l + 1),
                        "correct it");
            }
        }
        return z;
    }

    /** Whether each electrode's contact impedance is estimated by itself. */
    boolean estimatesEachImpedance() {
        return model.isText("contact-impedance")
                && model.text("contact-impedance").equals("estimate-each");
    }

    /** The number of nodes that synthetic data are made with unless the truth says so. */
    int simulationNodes() {
        Settings mesh = model.group("mesh");
        return 3 * (mesh.has("file") ? mesh().nodes() : mesh.integer("nodes"));
    }
}
