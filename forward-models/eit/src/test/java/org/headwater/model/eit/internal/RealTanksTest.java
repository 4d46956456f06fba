package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.NumberFiles;
import org.headwater.kernels.dense.DenseCholesky;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Measurements of real tanks, which the project does not ship: the folder that HEADWATER_DATA_DIR
 * names holds kit4, ktc2023 and rpi_act3 (see the documentation for where to get them).
 */
class RealTanksTest {
    private static final Map<String, Object> KIT4 =
            map(
                    "format",
                    "kit4",
                    "voltages",
                    "frame_1_0_voltages_16x79.csv",
                    "currents",
                    "currents_A16xP79.csv",
                    "measurement-pattern",
                    "measurement_pattern_16x16.csv");

    private static final Map<String, Object> KTC =
            map(
                    "format",
                    "ktc2023",
                    "voltages",
                    "train1_voltages_31x76.csv",
                    "currents",
                    "currents_A32xP76.csv",
                    "measurement-pattern",
                    "measurement_pattern_32x31.csv",
                    "reference",
                    "ref_voltages_31x76.csv");

    private static final Map<String, Object> RPI =
            map(
                    "format",
                    "rpi",
                    "voltages",
                    "homogeneous_voltages_32x31_mV.csv",
                    "currents",
                    "currents_32x31_mA.csv");

    private static Path data(String set) {
        String root = System.getenv("HEADWATER_DATA_DIR");
        Assumptions.assumeTrue(
                root != null, "HEADWATER_DATA_DIR is not set: measured data are not there");
        Path directory = Path.of(root, set);
        Assumptions.assumeTrue(
                Files.isDirectory(directory), () -> directory + " is not there: skipped");
        return directory;
    }

    @Test
    void kit4TextAndMatlabFilesAgree() {
        Path directory = data("kit4");
        for (String frame : new String[] {"1_0", "2_1", "4_1"}) {
            Map<String, Object> text =
                    with(KIT4, "voltages", "frame_" + frame + "_voltages_16x79.csv");
            Map<String, Object> mat =
                    map("format", "kit4", "mat", "original/datamat_" + frame + ".mat");
            Map<String, Object> model = map("background", 0.03, "contact-impedance", 0.01);
            EitModel fromText = Problems.create(model, text, directory);
            EitModel fromMat = Problems.create(model, mat, directory);
            assertArrayEquals(
                    fromText.experiment().measurement().data(),
                    fromMat.experiment().measurement().data());
            assertArrayEquals(
                    fromText.experiment().currents().data(),
                    fromMat.experiment().currents().data(),
                    1e-12);
            double[] a = Problems.observe(model, text, directory, fromText);
            double[] b = Problems.observe(model, mat, directory, fromMat);
            assertEquals(1264, a.length);
            assertArrayEquals(a, b, 1e-8);
        }
    }

    @Test
    void theHomogeneousKit4TankIsFittedToOneAndAHalfPerCent() {
        Path directory = data("kit4");
        EitModel model = Problems.create(map(), KIT4, directory);
        report("KIT4", model);
        assertEquals(0.014, model.tank().residual(), 0.003);
        double[] predicted = new double[1264];
        double[] start = new double[model.dimension()];
        start[276] = model.blocks().get(1).initial()[0];
        start[277] = model.blocks().get(2).initial()[0];
        model.evaluator().predict(Ensemble.of(1, 278, start), 0, 1, predicted);
        double[] observed = Problems.observe(map(), KIT4, directory, model);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < 1264; i++) {
            difference += Math.pow(predicted[i] - observed[i], 2);
            norm += observed[i] * observed[i];
        }
        assertEquals(model.tank().residual(), Math.sqrt(difference / norm), 1e-10);
    }

    @Test
    void objectsInTheTankDoNotDriveTheContactImpedanceAway() {
        Path directory = data("kit4");
        double empty = Problems.create(map(), KIT4, directory).tank().contactImpedance();
        for (String frame : new String[] {"1_2", "2_1", "2_2", "3_2", "4_1"}) {
            EitModel model =
                    Problems.create(
                            map(),
                            with(KIT4, "voltages", "frame_" + frame + "_voltages_16x79.csv"),
                            directory);
            report("KIT4 " + frame, model);
            double z = model.tank().contactImpedance();
            assertTrue(Math.abs(Math.log(z / empty)) < 2, () -> frame + ": " + z);
        }
    }

    @Test
    void theKuopioTankIsFittedToEightPerCent() {
        EitModel model = Problems.create(map(), KTC, data("ktc2023"));
        report("KTC2023", model);
        assertEquals(1, model.blocks().size());
        assertEquals(0.078, model.tank().residual(), 0.008);
    }

    @Test
    void theHomogeneousRpiTankIsFittedToTwoPerCent() {
        EitModel model = Problems.create(map(), RPI, data("rpi_act3"));
        report("RPI", model);
        assertEquals(0.018, model.tank().residual(), 0.004);
    }

    @Test
    void trigonometricPatternsAreThoseOfTheRpiFile() {
        Path directory = data("rpi_act3");
        Map<String, Object> model = map("background", 0.4, "contact-impedance", 0.01);
        double[] file = Problems.create(model, RPI, directory).experiment().currents().data();
        double[] named =
                Problems.create(
                                model,
                                with(RPI, "currents", "trigonometric", "current-amplitude", 2e-4),
                                directory)
                        .experiment()
                        .currents()
                        .data();
        assertArrayEquals(file, named, 1e-10);
    }

    @Test
    void differencesOfTheKit4TankStartFromTheReference() {
        Path directory = data("kit4");
        Map<String, Object> frame =
                map(
                        "format",
                        "kit4",
                        "mat",
                        "original/datamat_2_1.mat",
                        "reference",
                        "original/datamat_1_0.mat");
        EitModel model = Problems.create(map(), frame, directory);
        assertEquals(1, model.blocks().size());
        double[] homogeneous = new double[1264];
        model.evaluator().predict(Ensemble.zeros(1, 276), 0, 1, homogeneous);
        double[] observed = Problems.observe(map(), frame, directory, model);
        double change = 0;
        double norm = 0;
        for (int i = 0; i < 1264; i++) {
            change += Math.pow(observed[i] - homogeneous[i], 2);
            norm += homogeneous[i] * homogeneous[i];
        }
        // An inclusion changes the voltages by some per cent.
        double relative = Math.sqrt(change / norm);
        assertTrue(relative > 0.005 && relative < 0.3, () -> "change " + relative);
    }

    /** Tank, direction and first electrode are right only if objects appear where they lay. */
    @Test
    void objectsOfTheKit4TankAreFoundWhereTheyLay() {
        Path directory = data("kit4");
        for (String frame : new String[] {"2_1", "2_2", "4_1"}) {
            Map<String, Object> section =
                    with(
                            KIT4,
                            "voltages",
                            "frame_" + frame + "_voltages_16x79.csv",
                            "reference",
                            "frame_1_0_voltages_16x79.csv");
            double found = correlation(section, directory, "frame_" + frame + "_truth_128x128.csv");
            assertTrue(found > 0.5, () -> frame + ": " + found);
        }
    }

    @Test
    void objectsOfTheKuopioTankAreFoundWhereTheyLay() {
        Path directory = data("ktc2023");
        for (String frame : new String[] {"1", "2", "3", "4"}) {
            Map<String, Object> section =
                    with(KTC, "voltages", "train" + frame + "_voltages_31x76.csv");
            double found = correlation(section, directory, "train" + frame + "_truth_256x256.csv");
            assertTrue(found > 0.5, () -> frame + ": " + found);
        }
    }

    /**
     * The correlation of the truth (0 water, 1 resistive, 2 conductive, row 0 at the top) with one
     * Gauss–Newton step from the homogeneous tank, over the triangles' areas.
     */
    private static double correlation(Map<String, Object> section, Path directory, String truth) {
        EitModel model = Problems.create(map(), section, directory);
        double[] observed = Problems.observe(map(), section, directory, model);
        int d = model.dimension();
        int m = model.dataSize();
        double[] predicted = new double[m];
        double[] jacobian = new double[m * d];
        model.evaluator().jacobian(new double[d], predicted, jacobian);
        double[] hessian = new double[d * d];
        double[] step = new double[d];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < d; j++) {
                double x = jacobian[i * d + j];
                step[j] += x * (observed[i] - predicted[i]);
                for (int k = 0; k < d; k++) {
                    hessian[j * d + k] += x * jacobian[i * d + k];
                }
            }
        }
        double trace = 0;
        for (int j = 0; j < d; j++) {
            trace += hessian[j * d + j];
        }
        for (int j = 0; j < d; j++) {
            hessian[j * d + j] += 1e-3 * trace / d;
        }
        assertTrue(DenseCholesky.factor(hessian, d));
        DenseCholesky.solve(hessian, d, step, 1);
        var field = model.fields().get(1);
        double[] change = new double[field.geometry().triangleCount()];
        field.evaluate(step, 0, change);
        DenseMatrix image = NumberFiles.read(directory.resolve(truth), "truth");
        double[] nodes = field.geometry().nodes();
        int[] triangles = field.geometry().triangles();
        double radius = 0;
        for (int i = 0; i < nodes.length; i += 2) {
            radius = Math.max(radius, Math.hypot(nodes[i], nodes[i + 1]));
        }
        double[] sums = new double[6];
        for (int t = 0; t < change.length; t++) {
            double[] x = new double[3];
            double[] y = new double[3];
            for (int c = 0; c < 3; c++) {
                x[c] = nodes[2 * triangles[3 * t + c]] / radius;
                y[c] = nodes[2 * triangles[3 * t + c] + 1] / radius;
            }
            double area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
            int column = (int) ((1 + (x[0] + x[1] + x[2]) / 3) / 2 * image.columns());
            int row = (int) ((1 - (y[0] + y[1] + y[2]) / 3) / 2 * image.rows());
            double[] signs = {0, -1, 1};
            double a = signs[(int) image.get(row, column)];
            double b = change[t];
            double[] terms = {1, a, b, a * a, b * b, a * b};
            for (int k = 0; k < 6; k++) {
                sums[k] += area * terms[k];
            }
        }
        double covariance = sums[5] / sums[0] - sums[1] * sums[2] / (sums[0] * sums[0]);
        double varianceA = sums[3] / sums[0] - Math.pow(sums[1] / sums[0], 2);
        double varianceB = sums[4] / sums[0] - Math.pow(sums[2] / sums[0], 2);
        double correlation = covariance / Math.sqrt(varianceA * varianceB);
        System.out.printf("%s: correlation %.3f%n", truth, correlation);
        return correlation;
    }

    private static void report(String set, EitModel model) {
        System.out.printf(
                "%s: residual %.3f %%, %.4g S/m, %.4g Ω·m²%n",
                set,
                100 * model.tank().residual(),
                model.tank().conductivity(),
                model.tank().contactImpedance());
    }
}
