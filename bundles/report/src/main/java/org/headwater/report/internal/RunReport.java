package org.headwater.report.internal;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Geometry;
import org.headwater.runtime.RunReporter;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code images/} and {@code report.html} of a finished run: for each derived field the
 * mean, the standard deviation, the width of the 90 % interval and, where the field has a neutral
 * value, P(|field − neutral| &gt; t), as CSV on a square grid, as PNG and as {@code mesh.vtu};
 * plots of the data fit, of the convergence and, for problems without fields, of the parameters.
 *
 * <p>CSV and VTU do not depend on the number of threads. When the Java runtime cannot draw, the
 * pictures are left out, and the log and the report say so.
 */
@Component(service = RunReporter.class)
public final class RunReport implements RunReporter {
    private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

    /** Numbers held at once while fields are reduced: 256 MiB, or an eighth of a small heap. */
    private static final long BUDGET =
            Math.min(1L << 25, Math.max(1L << 17, Runtime.getRuntime().maxMemory() / 64));

    /**
     * A map of a statistic.
     *
     * @param name as in the file names, e.g. {@code conductivity-mean}
     * @param title for people
     * @param explanation what it shows, a sentence
     * @param unit its unit, or the empty string
     * @param perTriangle the values
     * @param colours how it is coloured
     * @param neutral the field's neutral value, for {@link Colours#ABOUT_NEUTRAL}
     */
    record FieldMap(
            String name,
            String title,
            String explanation,
            String unit,
            double[] perTriangle,
            Colours colours,
            double neutral) {}

    private Lettering lettering;

    /** How a map is coloured. */
    enum Colours {
        /** Viridis from the least to the largest value. */
        RANGE,
        /** The diverging map, as far below the neutral value as above. */
        ABOUT_NEUTRAL,
        /** The map of uncertainties from zero to the largest value. */
        FROM_ZERO,
        /** The map of uncertainties from 0 to 1. */
        PROBABILITY
    }

    /** A field with its maps. */
    record FieldMaps(DerivedField field, List<FieldMap> maps) {}

    @Override
    public void report(RunResult run) throws IOException {
        Path images = run.directory().resolve("images");
        create(images);
        List<FieldMaps> fields = new ArrayList<>();
        for (DerivedField field : run.model().fields()) {
            FieldStatistics statistics =
                    FieldStatistics.of(
                            field,
                            run.posterior().draws(),
                            run.images().exceedance(),
                            run.workers(),
                            BUDGET);
            fields.add(
                    new FieldMaps(
                            field,
                            maps(field, statistics, !Double.isNaN(run.images().exceedance()))));
        }
        List<List<FieldMaps>> meshes = byGeometry(fields);
        for (int k = 0; k < meshes.size(); k++) {
            writeValues(images, run.images().size(), meshes.get(k), k);
        }
        double[] residuals = new double[run.measured().length];
        run.noise().residuals(run.predictedMean(), residuals);
        double determined = determined(run, residuals);
        Map<String, byte[]> pictures = new LinkedHashMap<>();
        String trouble = "";
        try {
            draw(lettering(), run, meshes, residuals, pictures);
            drawSegments(lettering(), run, pictures);
        } catch (Error e) {
            if (e instanceof VirtualMachineError && !(e instanceof InternalError)) {
                throw e;
            }
            // NoClassDefFoundError, UnsatisfiedLinkError, AWTError, InternalError: AWT is not whole
            trouble = e.toString();
            pictures.clear();
            LOG.warn(
                    "{}: no pictures, because this Java runtime cannot draw ({}); use a Java runtime with the"
                            + " java.desktop module and start it with -Djava.awt.headless=true",
                    run.directory(),
                    trouble);
        }
        for (Map.Entry<String, byte[]> picture : pictures.entrySet()) {
            Path file = images.resolve(picture.getKey() + ".png");
            write(file, picture.getValue());
        }
        String page = new ReportPage(run, fields, residuals, determined, pictures, trouble).html();
        write(run.directory().resolve("report.html"), page.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * How many combinations of the parameters the data determine: Σ (posterior sd of the prediction
     * / sd of the noise)², for a linear model with Gaussian noise and prior the trace of the matrix
     * that takes data to their mean prediction. The mean prediction's χ² is then m less this number
     * on average over data from the model. Draws that the data do not determine, as of several
     * modes, vary more than that: not more than there are parameters or data.
     */
    private static double determined(RunResult run, double[] residuals) {
        double[] moved = run.predictedMean().clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += run.predictedSd()[i];
        }
        double[] after = new double[moved.length];
        run.noise().residuals(moved, after);
        double sum = 0;
        for (int i = 0; i < after.length; i++) {
            sum += (after[i] - residuals[i]) * (after[i] - residuals[i]);
        }
        return Math.min(sum, Math.min(moved.length, run.posterior().draws().dimension()));
    }

    private static List<FieldMap> maps(DerivedField field, FieldStatistics s, boolean chosen) {
        String file = fileName(field.name());
        String name = field.name().replace('-', ' ');
        String of = " of " + name;
        List<FieldMap> maps = new ArrayList<>();
        maps.add(
                new FieldMap(
                        file + "-mean",
                        "Posterior mean" + of,
                        "The average over all draws: the best single picture of the field.",
                        field.unit(),
                        s.mean(),
                        Double.isNaN(field.neutral()) ? Colours.RANGE : Colours.ABOUT_NEUTRAL,
                        field.neutral()));
        maps.add(
                new FieldMap(
                        file + "-sd",
                        "Standard deviation" + of,
                        "How far the draws scatter about the mean: dark is uncertain.",
                        field.unit(),
                        s.sd(),
                        Colours.FROM_ZERO,
                        field.neutral()));
        maps.add(
                new FieldMap(
                        file + "-width",
                        "90 % interval width" + of,
                        "From the 5 % to the 95 % quantile: nine of ten draws lie in an interval of"
                                + " this width. It holds for fields that the parameters can form: an edge sharper"
                                + " than the basis is not in it.",
                        field.unit(),
                        s.width(),
                        Colours.FROM_ZERO,
                        field.neutral()));
        if (s.exceedance() != null) {
            String threshold = Numbers.withUnit(Numbers.format(s.threshold(), 3), field.unit());
            String centre = Numbers.withUnit(Numbers.format(field.neutral()), field.unit());
            String difference =
                    field.neutral() == 0 ? "|" + name + "|" : "|" + name + " − " + centre + "|";
            maps.add(
                    new FieldMap(
                            file + "-exceedance",
                            "P(" + difference + " > " + threshold + ")",
                            "The probability of more than "
                                    + threshold
                                    + " to either side"
                                    + (field.neutral() == 0 ? "" : " of " + centre)
                                    + (chosen ? "" : ", a tenth of the largest mean")
                                    + ": near 1 the data establish a difference, near 0 they rule it"
                                    + " out.",
                            "",
                            s.exceedance(),
                            Colours.PROBABILITY,
                            field.neutral()));
        }
        return maps;
    }

    /** A name that is safe in any file system. */
    static String fileName(String name) {
        String safe = name.replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^\\.+", "-");
        return safe.isEmpty() ? "field" : safe;
    }

    /** Fields that share a mesh side by side, in the model's order. */
    private static List<List<FieldMaps>> byGeometry(List<FieldMaps> fields) {
        Map<List<Object>, List<FieldMaps>> groups = new LinkedHashMap<>();
        for (FieldMaps f : fields) {
            Geometry g = f.field().geometry();
            List<Object> key =
                    List.of(
                            java.nio.DoubleBuffer.wrap(g.nodes()),
                            java.nio.IntBuffer.wrap(g.triangles()));
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(f);
        }
        return List.copyOf(groups.values());
    }

    private static void writeValues(Path images, int size, List<FieldMaps> mesh, int number)
            throws IOException {
        Geometry geometry = mesh.get(0).field().geometry();
        PixelGrid grid = PixelGrid.of(geometry, size);
        Map<String, double[]> cellData = new LinkedHashMap<>();
        for (FieldMaps field : mesh) {
            for (FieldMap map : field.maps()) {
                writeCsv(
                        images.resolve(map.name() + ".csv"),
                        grid.fromTriangles(map.perTriangle()),
                        size);
                cellData.put(map.name(), map.perTriangle());
            }
        }
        Path vtu = images.resolve(number == 0 ? "mesh.vtu" : "mesh-" + (number + 1) + ".vtu");
        write(vtu, VtuFile.of(geometry, cellData).getBytes(StandardCharsets.UTF_8));
    }

    /** The letters, read once; not before they are needed, as AWT may not be whole. */
    private synchronized Lettering lettering() {
        if (lettering == null) {
            lettering = new Lettering();
        }
        return lettering;
    }

    private static void draw(
            Lettering lettering,
            RunResult run,
            List<List<FieldMaps>> meshes,
            double[] residuals,
            Map<String, byte[]> pictures)
            throws IOException {
        for (List<FieldMaps> mesh : meshes) {
            MapPlot plot = new MapPlot(mesh.get(0).field().geometry(), lettering);
            for (FieldMaps field : mesh) {
                for (FieldMap map : field.maps()) {
                    Picture picture = plot.draw(map);
                    pictures.put(map.name(), picture.png());
                }
            }
        }
        Charts charts = new Charts(lettering);
        if (meshes.isEmpty()) {
            List<ParameterSummary> rows =
                    run.summary().subList(0, run.model().blocks().get(0).size());
            pictures.put("parameters", charts.parameters(rows, run.posterior().mode()).png());
        }
        if (residuals.length > 0) {
            DataLayout layout = run.model().dataLayout();
            pictures.put("fit", charts.fit(run, layout, residuals).png());
        }
        if (!run.steps().isEmpty()) {
            pictures.put("convergence", charts.convergence(run.steps()).png());
        }
    }

    /**
     * The mean of a field in each segment, all in the same colours: of the first that differs from
     * something neutral, if there is one.
     */
    private static void drawSegments(
            Lettering lettering, RunResult run, Map<String, byte[]> pictures) throws IOException {
        if (run.segments().size() < 2) {
            return;
        }
        if (run.model().fields().isEmpty()) {
            Charts charts = new Charts(lettering);
            int field = run.model().blocks().get(0).size();
            for (RunResult.Segment segment : run.segments()) {
                pictures.put(
                        segmentPicture(segment),
                        charts.parameters(segment.summary().subList(0, field), null).png());
            }
            return;
        }
        DerivedField field =
                run.model().fields().stream()
                        .filter(f -> !Double.isNaN(f.neutral()))
                        .findFirst()
                        .orElse(run.model().fields().get(0));
        List<FieldMap> means = new ArrayList<>();
        List<double[]> values = new ArrayList<>();
        for (RunResult.Segment segment : run.segments()) {
            FieldStatistics statistics =
                    FieldStatistics.of(
                            field,
                            segment.draws(),
                            run.images().exceedance(),
                            run.workers(),
                            BUDGET);
            FieldMap map = maps(field, statistics, false).get(0);
            means.add(map);
            values.add(map.perTriangle());
        }
        double[] all = values.stream().flatMapToDouble(Arrays::stream).toArray();
        MapPlot plot = new MapPlot(field.geometry(), lettering);
        for (int k = 0; k < means.size(); k++) {
            pictures.put(segmentPicture(run.segments().get(k)), plot.draw(means.get(k), all).png());
        }
    }

    /** The name of a segment's picture. */
    static String segmentPicture(RunResult.Segment segment) {
        return "segment-" + segment.number() + "-mean";
    }

    private static void create(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException("cannot create the folder " + directory + ": " + e, e);
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ": " + e, e);
        }
    }

    private static void writeCsv(Path file, double[] image, int size) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    if (j > 0) {
                        out.write(',');
                    }
                    out.write(Double.toString(image[i * size + j]));
                }
                out.write('\n');
            }
        } catch (IOException e) {
            throw new IOException("cannot write " + file + ": " + e, e);
        }
    }
}
