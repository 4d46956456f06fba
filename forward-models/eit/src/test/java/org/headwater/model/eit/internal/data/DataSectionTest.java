package org.headwater.model.eit.internal.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Matrix;

class DataSectionTest {
    @TempDir Path directory;

    /** Three electrodes, two patterns, three measurements. */
    @BeforeEach
    void files() throws IOException {
        write("currents.csv", "1,0\n-1,1\n0,-1\n");
        write("pattern.csv", "1,0,-1\n-1,1,0\n0,-1,1\n");
        write("voltages.csv", "1,2\n3,4\n5,6\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private DataSection section(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return new DataSection(DataSection.schema().validate(map, "data", directory));
    }

    private static Matrix matrix(double[][] a) {
        Matrix m = Mat5.newMatrix(a.length, a[0].length);
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                m.setDouble(i, j, a[i][j]);
            }
        }
        return m;
    }

    private void mat(String name, String[] names, double[][]... fields) throws IOException {
        var file = Mat5.newMatFile();
        for (int i = 0; i < names.length; i++) {
            file.addArray(names[i], matrix(fields[i]));
        }
        Mat5.writeToFile(file, directory.resolve(name).toFile());
    }

    private static final double[][] C = {{1, 0}, {-1, 1}, {0, -1}};
    private static final double[][] Q = {{1, 0, -1}, {-1, 1, 0}, {0, -1, 1}};

    private static void assertInvalid(String key, Executable executable, String... parts) {
        InvalidInputException e = assertThrows(InvalidInputException.class, executable);
        assertEquals(key, e.key(), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
        }
    }

    @Test
    void rowsInTheProblemSayWhatFilesSay() {
        DataSection files =
                section(
                        "voltages", "voltages.csv",
                        "currents", "currents.csv",
                        "measurement-pattern", "pattern.csv",
                        "reference", "voltages.csv");
        List<List<Integer>> u = List.of(List.of(1, 2), List.of(3, 4), List.of(5, 6));
        DataSection rows =
                section(
                        "voltages",
                        u,
                        "currents",
                        List.of(List.of(1, 0), List.of(-1, 1), List.of(0, -1)),
                        "measurement-pattern",
                        List.of(List.of(1, 0, -1), List.of(-1, 1, 0), List.of(0, -1, 1)),
                        "reference",
                        u);
        Experiment from = files.experiment(3);
        Experiment same = rows.experiment(3);
        assertArrayEquals(from.currents().data(), same.currents().data());
        assertArrayEquals(from.measurement().data(), same.measurement().data());
        assertArrayEquals(files.voltages(from), rows.voltages(same));
        assertArrayEquals(files.reference(from), rows.reference(same));
        assertInvalid(
                "data.voltages",
                () ->
                        section("voltages", List.of(List.of(1, 2)), "currents", "adjacent")
                                .voltages(from),
                "must hold 3 × 2 voltages",
                "got 1 × 2; check");
    }

    @Test
    void textAndMatlabFilesSayTheSame() throws IOException {
        double[][] u = {{1, 2}, {3, 4}, {5, 6}};
        mat("kit.mat", new String[] {"CurrentPattern", "MeasPattern", "Uel"}, C, Q, u);
        DataSection mat = section("format", "mat", "mat", "kit.mat");
        DataSection csv =
                section(
                        "voltages",
                        "voltages.csv",
                        "currents",
                        "currents.csv",
                        "measurement-pattern",
                        "pattern.csv");
        Experiment a = mat.experiment(3);
        Experiment b = csv.experiment(3);
        assertArrayEquals(a.currents().data(), b.currents().data());
        assertArrayEquals(a.measurement().data(), b.measurement().data());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, mat.voltages(a));
        assertArrayEquals(mat.voltages(a), csv.voltages(b));
        assertArrayEquals(
                mat.voltages(a),
                section("currents", "currents.csv", "reference", "kit.mat").reference(b));
    }

    @Test
    void stackedVoltagesOfTheKuopioFilesAreTakenApart() throws IOException {
        double[][] stacked = {{1}, {3}, {5}, {2}, {4}, {6}};
        mat("ktc.mat", new String[] {"Inj", "Mpat", "Uel"}, C, Q, stacked);
        DataSection s = section("format", "ktc2023", "mat", "ktc.mat");
        Experiment e = s.experiment(3);
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, s.voltages(e));
        assertEquals(1e-3, e.currents().get(0, 0), 1e-18);
    }

    @Test
    void formatsPresetUnitsAndPatterns() {
        assertEquals(
                1e-3,
                section("format", "kit4", "currents", "currents.csv")
                        .experiment(3)
                        .currents()
                        .get(0, 0));
        assertEquals(
                1.0,
                section("format", "kit4", "currents", "currents.csv", "current-unit", "A")
                        .experiment(3)
                        .currents()
                        .get(0, 0));
        assertEquals(
                2,
                section("format", "ktc2023", "currents", "currents.csv")
                        .experiment(3)
                        .measurements());
        DataSection rpi =
                section("format", "rpi", "currents", "currents.csv", "voltages", "voltages.csv");
        Experiment e = rpi.experiment(3);
        assertTrue(e.isComplete());
        // Millivolts, against the mean of the electrodes.
        assertArrayEquals(new double[] {-2e-3, -2e-3, 0, 0, 2e-3, 2e-3}, rpi.voltages(e), 1e-15);
    }

    @Test
    void namedCurrentsHaveAnAmplitude() {
        assertEquals(1e-3, section("currents", "adjacent").experiment(4).currents().get(0, 0));
        Experiment e = section("currents", "opposite", "current-amplitude", 0.25).experiment(4);
        assertEquals(2, e.patterns());
        assertEquals(-0.25, e.currents().get(2, 0));
        assertEquals(3, section("currents", "trigonometric").experiment(4).patterns());
        assertInvalid(
                "data.currents", () -> section("currents", "opposite").experiment(5), "even", "5");
        assertInvalid(
                "data.current-amplitude",
                () -> section("currents", "currents.csv", "current-amplitude", 1).experiment(3));
    }

    @Test
    void pairsMaySkipElectrodes() {
        Experiment e =
                section("currents", "skip", "skip", 2, "measurement-pattern", "adjacent")
                        .experiment(8);
        assertEquals(8, e.patterns());
        assertEquals(1e-3, e.currents().get(7, 7));
        assertEquals(-1e-3, e.currents().get(2, 7));
        assertEquals(List.of("1–2", "2–3"), e.measurementNames().subList(0, 2));
        Experiment both =
                section("currents", "skip", "skip", 2, "measurement-pattern", "skip").experiment(8);
        assertEquals("1–4", both.measurementNames().get(0));
        assertEquals("8–3", both.measurementNames().get(7));
        // Opposite pairs are not taken twice.
        assertEquals(4, section("currents", "skip", "skip", 3).experiment(8).patterns());
        assertArrayEquals(
                section("currents", "adjacent").experiment(5).currents().data(),
                section("currents", "skip", "skip", 0).experiment(5).currents().data());
        Experiment opposite =
                section("currents", "adjacent", "measurement-pattern", "opposite").experiment(6);
        assertEquals(List.of("1–4", "2–5", "3–6"), opposite.measurementNames());
        assertInvalid("data.skip", () -> section("currents", "skip").experiment(8), "missing");
        assertInvalid("data.skip", () -> section("currents", "skip", "skip", 7).experiment(8), "6");
        assertInvalid(
                "data.skip",
                () -> section("currents", "adjacent", "skip", 1).experiment(8),
                "currents: skip");
        assertInvalid(
                "data.measurement-pattern",
                () ->
                        section("currents", "adjacent", "measurement-pattern", "opposite")
                                .experiment(5),
                "even");
    }

    @Test
    void currentsMustBalance() throws IOException {
        write("currents.csv", "1,0\n-1,1\n0,-0.99\n");
        assertInvalid(
                "data.currents",
                () -> section("currents", "currents.csv").experiment(3),
                "pattern 2",
                "currents.csv");
        write("currents.csv", "1,0\n-1,1\n0,-0.9999999\n");
        Experiment e = section("currents", "currents.csv").experiment(3);
        double sum = e.currents().get(0, 1) + e.currents().get(1, 1) + e.currents().get(2, 1);
        assertEquals(0, sum, 1e-15);
        write("currents.csv", "0,0\n0,0\n0,0\n");
        assertInvalid("data.currents", () -> section("currents", "currents.csv").experiment(3));
    }

    @Test
    void measurementsMustBeDifferences() throws IOException {
        write("pattern.csv", "1\n1\n-1\n");
        assertInvalid(
                "data.measurement-pattern",
                () ->
                        section("currents", "currents.csv", "measurement-pattern", "pattern.csv")
                                .experiment(3),
                "pattern 1",
                "complete");
        write("pattern.csv", "1,0,0\n0,1,0\n0,0,1\n");
        assertTrue(
                section("currents", "currents.csv", "measurement-pattern", "pattern.csv")
                        .experiment(3)
                        .isComplete());
    }

    @Test
    void shapesMustFit() throws IOException {
        DataSection s = section("currents", "currents.csv", "voltages", "voltages.csv");
        assertInvalid("data.currents", () -> s.experiment(16), "16 rows", "3 × 2");
        Experiment e = s.experiment(3);
        write("voltages.csv", "1,2,3\n4,5,6\n");
        assertInvalid("data.voltages", () -> s.voltages(e), "3 × 2", "2 × 3", "transpose");
        write("voltages.csv", "1,2\n3,4\n");
        assertInvalid("data.voltages", () -> s.voltages(e), "3 × 2", "2 × 2");
        DataSection pattern =
                section("currents", "currents.csv", "measurement-pattern", "voltages.csv");
        assertInvalid("data.measurement-pattern", () -> pattern.experiment(3), "3 rows", "2 × 2");
    }

    @Test
    void valuesMustBeFinite() throws IOException {
        write("voltages.csv", "1,2\n3,NaN\n5,6\n");
        DataSection csv = section("currents", "currents.csv", "voltages", "voltages.csv");
        Experiment e = csv.experiment(3);
        assertInvalid("data.voltages", () -> csv.voltages(e), "NaN", "row 2, column 2");
        double[][] u = {{1, 2}, {3, 4}, {Double.NEGATIVE_INFINITY, 6}};
        mat("kit.mat", new String[] {"CurrentPattern", "MeasPattern", "Uel"}, C, Q, u);
        DataSection mat = section("format", "kit4", "mat", "kit.mat");
        assertInvalid(
                "data.mat",
                () -> mat.voltages(mat.experiment(3)),
                "-Infinity",
                "row 3, column 1",
                "Uel",
                "kit.mat");
    }

    @Test
    void filesMustBeThere() throws IOException {
        assertInvalid("data.currents", () -> section().experiment(3), "missing");
        assertInvalid("data.currents", () -> section("currents", "no.csv").experiment(3), "no.csv");
        assertInvalid("data.mat", () -> section("format", "mat").experiment(3), "missing");
        assertInvalid(
                "data.mat",
                () -> section("format", "kit4", "mat", "no.mat").experiment(3),
                "no.mat");
        DataSection s = section("currents", "currents.csv");
        assertInvalid("data.voltages", () -> s.voltages(s.experiment(3)), "missing");
        assertInvalid(
                "data.voltages",
                () ->
                        section("format", "kit4", "mat", "kit.mat", "voltages", "voltages.csv")
                                .experiment(3),
                "data.mat");
        assertInvalid("data.format", () -> section("format", "kit5"), "kit4");
        write("kit.mat", "no such file format");
        assertInvalid(
                "data.mat",
                () -> section("format", "mat", "mat", "kit.mat").experiment(3),
                "MATLAB",
                "-v7");
        mat("kit.mat", new String[] {"Voltages"}, C);
        assertInvalid(
                "data.mat",
                () -> section("format", "mat", "mat", "kit.mat").experiment(3),
                "CurrentPattern",
                "Voltages");
    }

    @Test
    void drivenElectrodesCannotAlwaysBeExcluded() {
        assertInvalid(
                "data.exclude-driven",
                () ->
                        section(
                                        "currents",
                                        "adjacent",
                                        "measurement-pattern",
                                        "complete",
                                        "exclude-driven",
                                        true)
                                .experiment(8),
                "mean");
        assertInvalid(
                "data.exclude-driven",
                () -> section("currents", "trigonometric", "exclude-driven", true).experiment(5),
                "every voltage");
    }
}
