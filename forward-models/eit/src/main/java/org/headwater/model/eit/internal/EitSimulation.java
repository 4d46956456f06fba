package org.headwater.model.eit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.RandomStream;
import org.headwater.api.Settings;
import org.headwater.model.eit.internal.basis.TrianglePoints;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.cem.RingMesher;
import org.headwater.model.eit.internal.cem.TankShape;
import org.headwater.model.eit.internal.data.DataSection;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * Synthetic voltages of a tank, solved on a ring mesh finer than the model's. The conductivity of a
 * triangle is its average over {@link TrianglePoints}. What it writes is in A and V; voltages that
 * are not used are written as 0.
 */
final class EitSimulation implements ForwardModelProvider.Simulation {
    /** Pixels along an axis of the truth's image. */
    private static final int IMAGE = 128;

    private final Experiment experiment;
    private final Truth truth;
    private final double radius;
    private final boolean log;
    private final double[] clean;
    private final double[] reference;
    private final Map<String, Object> section;

    private EitSimulation(
            Experiment experiment,
            Truth truth,
            double radius,
            boolean log,
            double[] clean,
            double[] reference,
            Map<String, Object> section) {
        this.experiment = experiment;
        this.truth = truth;
        this.radius = radius;
        this.log = log;
        this.clean = clean;
        this.reference = reference;
        this.section = section;
    }

    /**
     * Solves for the tank and, if the data section names a reference, for the homogeneous one.
     *
     * @throws InvalidInputException if an inclusion lies outside the tank
     */
    static EitSimulation of(
            ModelSection model, DataSection dataSection, Settings data, Truth truth) {
        TankShape tank = model.tank();
        ElectrodeMesh mesh = RingMesher.mesh(tank, truth.nodes());
        Experiment experiment = dataSection.experiment(mesh.electrodes());
        CompleteElectrodeModel electrodeModel = new CompleteElectrodeModel(mesh);
        double height = model.height();
        double[] sigma = conductivity(mesh, truth);
        for (int t = 0; t < sigma.length; t++) {
            sigma[t] *= height;
        }
        double[] z = new double[mesh.electrodes()];
        double[] contact = truth.contactImpedances(mesh.electrodes());
        double[] ratios = contact.clone();
        for (int l = 0; l < z.length; l++) {
            z[l] = contact[l] / height;
            ratios[l] /= contact[0];
        }
        CompleteElectrodeModel.Workspace workspace = electrodeModel.workspace();
        if (!workspace.factor(sigma, z)) {
            throw InvalidInputException.of(
                            "truth",
                            "must have conductivities and a contact impedance that the equations can be"
                                    + " solved with",
                            null,
                            "choose less extreme values")
                    .inFile(truth.file());
        }
        double[] g = new double[mesh.electrodes() * mesh.electrodes()];
        workspace.transfer(g);
        double[] clean = new double[experiment.dataSize()];
        experiment.voltages(g, new double[experiment.scratchSize()], clean, 0);
        double[] reference = null;
        if (dataSection.hasReference()) {
            reference =
                    new Homogeneous(truth.background(), contact[0], ratios, Double.NaN)
                            .voltages(electrodeModel, experiment, height);
        }
        Map<String, Object> section = new LinkedHashMap<>();
        // The format keeps its preset of the tank; a MATLAB file has none and is not written.
        section.put("format", data.text("format").equals("mat") ? "csv" : data.text("format"));
        section.put("exclude-driven", data.flag("exclude-driven"));
        return new EitSimulation(
                experiment, truth, tank.radius(), model.isLog(), clean, reference, section);
    }

    private static double[] conductivity(ElectrodeMesh mesh, Truth truth) {
        TrianglePoints points = new TrianglePoints(mesh.nodeCoordinates(), mesh.triangleNodes());
        boolean[] found = new boolean[truth.inclusions().size()];
        double[] sigma = new double[mesh.triangles()];
        for (int t = 0; t < sigma.length; t++) {
            double sum = 0;
            for (int p = 0; p < TrianglePoints.COUNT; p++) {
                double x = points.coordinate(t, p, 0);
                double y = points.coordinate(t, p, 1);
                sum += truth.conductivity(x, y);
                for (int i = 0; i < found.length; i++) {
                    found[i] |= truth.inclusions().get(i).contains(x, y);
                }
            }
            sigma[t] = sum / TrianglePoints.COUNT;
        }
        for (int i = 0; i < found.length; i++) {
            if (!found[i]) {
                Truth.Inclusion lost = truth.inclusions().get(i);
                throw InvalidInputException.of(
                                lost.key(),
                                "must put the inclusion into the tank, around (0, 0) with a radius of "
                                        + mesh.radius()
                                        + " m",
                                "(" + lost.x() + ", " + lost.y() + ")",
                                "move it or make it larger than a triangle of the mesh")
                        .inFile(truth.file());
            }
        }
        return sigma;
    }

    @Override
    public double[] clean() {
        return clean.clone();
    }

    @Override
    public Map<String, Object> write(
            Path directory,
            double[] noisy,
            RandomStream random,
            ForwardModelProvider.NoiseSource noise)
            throws IOException {
        Map<String, Object> out = new LinkedHashMap<>(section);
        write(directory, out, "voltages", voltages(noisy));
        write(directory, out, "currents", experiment.currents());
        write(directory, out, "measurement-pattern", experiment.measurement());
        if (reference != null) {
            write(directory, out, "reference", voltages(noise.addTo(reference.clone(), random)));
        }
        out.put("current-unit", "A");
        out.put("voltage-unit", "V");
        Files.write(directory.resolve("truth.csv"), lines(image()));
        return out;
    }

    private DenseMatrix voltages(double[] used) {
        return new DenseMatrix(
                experiment.measurements(), experiment.patterns(), experiment.spread(used));
    }

    private static void write(
            Path directory, Map<String, Object> section, String key, DenseMatrix matrix)
            throws IOException {
        String name = key + ".csv";
        Files.write(directory.resolve(name), lines(matrix));
        section.put(key, name);
    }

    private static List<String> lines(DenseMatrix a) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < a.rows(); i++) {
            StringBuilder line = new StringBuilder();
            for (int j = 0; j < a.columns(); j++) {
                line.append(j == 0 ? "" : ",").append(a.get(i, j));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    /**
     * The change of conductivity in the model's measure, ln(σ/σ₀) or σ − σ₀, on a grid of pixels,
     * row 0 at the top, NaN outside the tank: to be compared with conductivity-change-mean.csv.
     */
    private DenseMatrix image() {
        double[] pixels = new double[IMAGE * IMAGE];
        for (int row = 0; row < IMAGE; row++) {
            double y = (1 - (row + 0.5) / IMAGE * 2) * radius;
            for (int column = 0; column < IMAGE; column++) {
                double x = ((column + 0.5) / IMAGE * 2 - 1) * radius;
                pixels[row * IMAGE + column] =
                        x * x + y * y <= radius * radius
                                ? change(truth.conductivity(x, y))
                                : Double.NaN;
            }
        }
        return new DenseMatrix(IMAGE, IMAGE, pixels);
    }

    private double change(double conductivity) {
        return log
                ? Math.log(conductivity / truth.background())
                : conductivity - truth.background();
    }
}
