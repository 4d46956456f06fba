package org.headwater.model.eit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What is in a simulated tank, read from a YAML file:
 *
 * <pre>
 * background: 0.2                 # S/m
 * contact-impedance: 0.002        # Ω·m², or a list with one for each electrode
 * inclusions:                     # later ones cover earlier ones
 *   - {shape: disc, center: [0.05, 0.02], radius: 0.03, conductivity: 0.02}
 *   - {shape: ellipse, center: [-0.05, 0], semi-axes: [0.04, 0.02], rotation: 30deg, conductivity: 1}
 *   - {shape: rectangle, center: [0, -0.06], size: [0.05, 0.03], conductivity: 1}
 * mesh: {nodes: 5400}             # three times the model's by default
 * </pre>
 *
 * @param background σ of the tank, S/m
 * @param contactImpedance z, Ω·m², one for all electrodes or one for each
 * @param inclusions what lies in it
 * @param nodes nodes of the mesh to solve on
 * @param file where it was read
 */
record Truth(
        double background,
        double[] contactImpedance,
        List<Inclusion> inclusions,
        int nodes,
        String file) {
    private static final SettingsSchema SCHEMA =
            SettingsSchema.of(
                    Setting.number("background", "conductivity of the tank")
                            .above(0)
                            .unit("S/m")
                            .required(),
                    Setting.number(
                                    "contact-impedance",
                                    "contact impedance: a number for all electrodes or a list")
                            .or(Setting.Kind.NUMBERS)
                            .above(0)
                            .unit("Ω·m²")
                            .required(),
                    Setting.group(
                            "mesh",
                            "the mesh that is solved on",
                            SettingsSchema.of(
                                    Setting.integer(
                                                    "nodes",
                                                    "nodes, three times the model's by default")
                                            .atLeast(50)
                                            .atMost(3 * ModelSection.MOST_NODES))));

    private static final SettingsSchema INCLUSION =
            SettingsSchema.of(
                    Setting.choice("shape", "its shape", "disc", "ellipse", "rectangle").required(),
                    Setting.numbers("center", "x and y of its middle").unit("m").required(),
                    Setting.number("radius", "radius of a disc").above(0).unit("m"),
                    Setting.numbers("semi-axes", "the two semi-axes of an ellipse")
                            .above(0)
                            .unit("m"),
                    Setting.numbers("size", "the two sides of a rectangle").above(0).unit("m"),
                    Setting.number(
                                    "rotation",
                                    "counter-clockwise turn of an ellipse or a rectangle; a number"
                                            + " in rad or text such as 30deg")
                            .unit("rad")
                            .or(Setting.Kind.TEXT),
                    Setting.number("conductivity", "its conductivity")
                            .above(0)
                            .unit("S/m")
                            .required());

    /**
     * Reads a file.
     *
     * @param file the file
     * @param defaultNodes nodes of the mesh when it does not say
     * @throws InvalidInputException if it is missing, no YAML, or breaks a rule
     */
    static Truth read(Path file, int defaultNodes) {
        try {
            return parse(load(file), file, defaultNodes);
        } catch (InvalidInputException e) {
            throw e.inFile(file.toString());
        }
    }

    private static Map<?, ?> load(Path file) {
        Object loaded;
        try {
            String text = Files.readString(file);
            LoadSettings settings =
                    LoadSettings.builder().setLabel(file.getFileName().toString()).build();
            loaded = new Load(settings).loadFromString(text);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "truth",
                    "must name a file that can be read",
                    file,
                    "check the name and the folder");
        } catch (YamlEngineException e) {
            throw InvalidInputException.of(
                    "truth", "must be YAML", e.getMessage(), "mend the line that is named");
        }
        if (!(loaded instanceof Map<?, ?> map)) {
            throw InvalidInputException.of(
                    "truth",
                    "must be a mapping with the keys background, contact-impedance, inclusions",
                    null,
                    "write one key a line");
        }
        return map;
    }

    private static Truth parse(Map<?, ?> raw, Path file, int defaultNodes) {
        Map<String, Object> plain = strings(raw);
        Object list = plain.remove("inclusions");
        for (String key : plain.keySet()) {
            if (SCHEMA.find(key).isEmpty()) {
                throw SettingsSchema.unknownKey(
                        key, key, List.of("background", "contact-impedance", "inclusions", "mesh"));
            }
        }
        Path directory = file.toAbsolutePath().getParent();
        Settings settings = SCHEMA.validate(plain, "", directory);
        List<Inclusion> inclusions = new ArrayList<>();
        if (list != null) {
            if (!(list instanceof List<?> entries)) {
                throw InvalidInputException.of(
                        "inclusions",
                        "must be a list of mappings",
                        list,
                        "start each inclusion with a dash");
            }
            for (int i = 0; i < entries.size(); i++) {
                String path = "inclusions[" + i + "]";
                if (!(entries.get(i) instanceof Map<?, ?> map)) {
                    throw InvalidInputException.of(
                            path,
                            "must be a mapping",
                            entries.get(i),
                            "write e.g. {shape: disc, center: [0, 0], radius: 0.02, conductivity:"
                                    + " 1}");
                }
                inclusions.add(inclusion(INCLUSION.validate(strings(map), path, directory)));
            }
        }
        Settings mesh = settings.group("mesh");
        return new Truth(
                settings.number("background"),
                settings.isNumber("contact-impedance")
                        ? new double[] {settings.number("contact-impedance")}
                        : settings.numbers("contact-impedance"),
                List.copyOf(inclusions),
                mesh.has("nodes") ? mesh.integer("nodes") : defaultNodes,
                file.toString());
    }

    private static Inclusion inclusion(Settings s) {
        double[] centre = s.vector("center", 2);
        double angle = s.has("rotation") ? ModelSection.angle(s, "rotation") : 0;
        String shape = s.text("shape");
        String own =
                switch (shape) {
                    case "disc" -> "radius";
                    case "ellipse" -> "semi-axes";
                    default -> "size";
                };
        for (String key : List.of("radius", "semi-axes", "size")) {
            if (key.equals(own) && !s.has(key)) {
                throw InvalidInputException.of(
                        s.key(key), "is missing; a " + shape + " needs it", null, "give it in m");
            }
            if (!key.equals(own) && s.has(key)) {
                throw s.invalid(key, "does not belong to a " + shape, "remove it or give " + own);
            }
        }
        double[] half = s.vector(own, 2);
        if (shape.equals("rectangle")) {
            half[0] /= 2;
            half[1] /= 2;
        }
        return new Inclusion(
                s.key("center"),
                shape.equals("rectangle"),
                centre[0],
                centre[1],
                half[0],
                half[1],
                angle,
                s.number("conductivity"));
    }

    private static Map<String, Object> strings(Map<?, ?> raw) {
        Map<String, Object> out = new LinkedHashMap<>();
        raw.forEach((k, v) -> out.put(String.valueOf(k), v));
        return out;
    }

    /** z of each of L electrodes, Ω·m². */
    double[] contactImpedances(int electrodes) {
        double[] z = contactImpedance.clone();
        if (z.length == 1) {
            z = new double[electrodes];
            Arrays.fill(z, contactImpedance[0]);
        } else if (z.length != electrodes) {
            throw InvalidInputException.of(
                            "contact-impedance",
                            "must hold " + electrodes + " numbers, one for each electrode",
                            z.length + " numbers",
                            "give one for each, or a single number for all")
                    .inFile(file);
        }
        return z;
    }

    /** σ at a point, S/m. */
    double conductivity(double x, double y) {
        double sigma = background;
        for (Inclusion inclusion : inclusions) {
            if (inclusion.contains(x, y)) {
                sigma = inclusion.conductivity;
            }
        }
        return sigma;
    }

    /**
     * An ellipse or a rectangle.
     *
     * @param key key of its middle, for messages
     * @param rectangle or else an ellipse
     * @param x of its middle
     * @param y of its middle
     * @param a half its extent along its own first axis
     * @param b half its extent along the second
     * @param angle of its first axis, counter-clockwise from +x
     * @param conductivity S/m
     */
    record Inclusion(
            String key,
            boolean rectangle,
            double x,
            double y,
            double a,
            double b,
            double angle,
            double conductivity) {
        boolean contains(double px, double py) {
            double dx = px - x;
            double dy = py - y;
            double u = (Math.cos(angle) * dx + Math.sin(angle) * dy) / a;
            double v = (Math.cos(angle) * dy - Math.sin(angle) * dx) / b;
            return rectangle ? Math.abs(u) <= 1 && Math.abs(v) <= 1 : u * u + v * v <= 1;
        }
    }
}
