package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.assertInvalid;
import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.DataLayout;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.NumberFiles;
import org.headwater.api.ParameterBlock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From settings to a model and its data, on synthetic tanks. */
class EitProviderTest {
    private static final String EMPTY = "background: 0.2\ncontact-impedance: 0.003\n";
    private static final String DISC =
            EMPTY
                    + "inclusions:\n"
                    + "  - {shape: disc, center: [0.04, 0.02], radius: 0.03, conductivity: 0.05}\n";

    private static final ForwardModelProvider.NoiseSource NONE = (clean, random) -> clean.clone();
    private static final Map<String, Object> ADJACENT = map("currents", "adjacent");

    @TempDir Path directory;
    private Path truth;

    @BeforeEach
    void truth() throws IOException {
        truth = Problems.write(directory, "truth.yaml", DISC);
    }

    private ForwardModelProvider.Simulation simulate(
            Map<String, Object> model, Map<String, Object> data) {
        return Problems.PROVIDER.simulate(
                Problems.model(model, directory), Problems.data(data, directory), truth);
    }

    private Map<String, Object> written(
            Map<String, Object> data, String text, ForwardModelProvider.NoiseSource noise)
            throws IOException {
        Files.writeString(truth, text);
        ForwardModelProvider.Simulation simulation = simulate(smallTank(), data);
        double[] clean = simulation.clean();
        return simulation.write(directory, clean, new Problems.Stream(1), noise);
    }

    private static double distance(double[] a, double[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }

    @Test
    void simulatedDataAreReadBackToTheLastBit() throws IOException {
        Map<String, Object> data = map("currents", "adjacent", "exclude-driven", true);
        ForwardModelProvider.Simulation simulation = simulate(smallTank(), data);
        double[] noisy = simulation.clean();
        noisy[3] *= 1.01;
        Map<String, Object> section =
                simulation.write(directory, noisy, new Problems.Stream(1), NONE);
        EitModel model = Problems.create(smallTank(), section, directory);
        assertEquals(8 * 5, model.dataSize());
        assertArrayEquals(noisy, Problems.observe(smallTank(), section, directory, model));
        assertFalse(section.containsKey("reference"));
    }

    @Test
    void theModelAgreesWithTheSimulationOnAnotherMesh() throws IOException {
        Map<String, Object> section = written(ADJACENT, EMPTY, NONE);
        Map<String, Object> fine = with(smallTank(), "mesh", map("nodes", 700));
        EitModel model = Problems.create(fine, section, directory);
        // The fit takes up the error of the mesh: within per cents of the truth.
        assertEquals(0.2, model.tank().conductivity(), 0.004);
        assertEquals(0.003, model.tank().contactImpedance(), 1.5e-4);
        assertTrue(model.tank().residual() < 0.01, () -> "" + model.tank());
        double[] theta = new double[model.dimension()];
        theta[theta.length - 2] = Math.log(0.2);
        theta[theta.length - 1] = Math.log(0.003);
        double[] predicted = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.of(1, theta.length, theta), 0, 1, predicted);
        assertTrue(distance(predicted, Problems.observe(fine, section, directory, model)) < 0.02);
    }

    @Test
    void theFitFindsWhatItsOwnMeshMade() throws IOException {
        Map<String, Object> known =
                with(smallTank(), "background", 0.25, "contact-impedance", 0.004);
        EitModel model = Problems.create(known, ADJACENT, directory);
        writeVoltages(model, "v.csv");
        Map<String, Object> data = with(ADJACENT, "voltages", "v.csv");
        Homogeneous both = Problems.create(smallTank(), data, directory).tank();
        assertEquals(0.25, both.conductivity(), 1e-7);
        assertEquals(0.004, both.contactImpedance(), 1e-7);
        Homogeneous z =
                Problems.create(with(smallTank(), "background", 0.25), data, directory).tank();
        assertEquals(0.25, z.conductivity());
        assertEquals(0.004, z.contactImpedance(), 1e-7);
        Homogeneous sigma =
                Problems.create(with(smallTank(), "contact-impedance", 0.004), data, directory)
                        .tank();
        assertEquals(0.25, sigma.conductivity(), 1e-7);
        assertEquals(0.004, sigma.contactImpedance());
        // A tank twice as high conducts twice as well.
        Map<String, Object> tank =
                map("radius", 0.1, "height", 0.1, "electrodes", 8, "electrode-width", 0.03);
        Homogeneous higher =
                Problems.create(with(smallTank(), "tank", tank), data, directory).tank();
        assertEquals(0.125, higher.conductivity(), 1e-7);
        assertEquals(0.008, higher.contactImpedance(), 1e-7);
    }

    @Test
    void theFitFindsEachContactImpedance() throws IOException {
        List<Double> z = List.of(2e-3, 4e-3, 8e-3, 3e-3, 4e-3, 2e-3, 5e-3, 4e-3);
        Map<String, Object> known = with(smallTank(), "background", 0.25, "contact-impedance", z);
        writeVoltages(Problems.create(known, ADJACENT, directory), "reference.csv");
        Map<String, Object> data = with(ADJACENT, "reference", "reference.csv");
        Homogeneous tank =
                Problems.create(
                                with(smallTank(), "contact-impedance", "estimate-each"),
                                data,
                                directory)
                        .tank();
        assertEquals(0.25, tank.conductivity(), 1e-6);
        for (int l = 0; l < 8; l++) {
            assertEquals(z.get(l), tank.contactImpedance(l), 1e-5 * z.get(l));
        }
        EitModel common = Problems.create(smallTank(), data, directory);
        assertTrue(common.tank().residual() > 1e-3);
        Homogeneous given =
                Problems.create(with(smallTank(), "contact-impedance", z), data, directory).tank();
        assertEquals(0.25, given.conductivity(), 1e-7);
        assertEquals(8e-3, given.contactImpedance(2), 1e-15);
    }

    @Test
    void simulationTakesAContactImpedanceForEachElectrode() throws IOException {
        String list = "[2e-3, 4e-3, 8e-3, 3e-3, 4e-3, 2e-3, 5e-3, 4e-3]";
        String text = "background: 0.2\ncontact-impedance: " + list + "\n";
        Map<String, Object> section = written(ADJACENT, text, NONE);
        Map<String, Object> fine =
                with(
                        smallTank(),
                        "mesh",
                        map("nodes", 700),
                        "background",
                        0.2,
                        "contact-impedance",
                        List.of(2e-3, 4e-3, 8e-3, 3e-3, 4e-3, 2e-3, 5e-3, 4e-3));
        EitModel model = Problems.create(fine, section, directory);
        double[] observed = Problems.observe(fine, section, directory, model);
        double[] predicted = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.zeros(1, model.dimension()), 0, 1, predicted);
        assertTrue(distance(predicted, observed) < 0.01);
        Files.writeString(truth, "background: 0.2\ncontact-impedance: [1, 2]\n");
        assertInvalid("contact-impedance", () -> simulate(smallTank(), ADJACENT), "8 numbers");
    }

    @Test
    void eachElectrodeCanHaveAnImpedanceToEstimate() throws IOException {
        Map<String, Object> section = written(ADJACENT, EMPTY, NONE);
        EitModel model =
                Problems.create(
                        with(smallTank(), "contact-impedance", "estimate-each"),
                        section,
                        directory);
        ParameterBlock block = model.blocks().get(2);
        assertEquals("log-contact-impedance", block.name());
        assertEquals(8, block.size());
        assertEquals("log-contact-impedance-8", block.parameters().get(7));
        assertEquals(1.5, block.sd()[7]);
    }

    @Test
    void imagesHaveTheShapeThatPriorsOnImagesNeed() {
        EitModel image =
                Problems.create(
                        with(smallTank(), "basis", map("type", "image", "size", 6)),
                        ADJACENT,
                        directory);
        assertArrayEquals(new int[] {6, 6}, image.blocks().get(0).shape().sizes());
    }

    private void writeVoltages(EitModel model, String file) throws IOException {
        double[] v = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.zeros(1, model.dimension()), 0, 1, v);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < v.length; i++) {
            text.append(v[i]).append(i % 8 == 7 ? "\n" : ",");
        }
        Problems.write(directory, file, text.toString());
    }

    @Test
    void blocksAreWhatIsEstimated() throws IOException {
        Map<String, Object> section = written(ADJACENT, EMPTY, NONE);
        EitModel both = Problems.create(smallTank(), section, directory);
        assertEquals(
                List.of("field", "log-background", "log-contact-impedance"),
                both.blocks().stream().map(ParameterBlock::name).toList());
        assertNull(both.blocks().get(0).sd());
        assertEquals(
                Math.log(both.tank().conductivity()), both.blocks().get(1).initial()[0], 1e-15);
        assertEquals(0.5, both.blocks().get(1).sd()[0]);
        EitModel z = Problems.create(with(smallTank(), "background", 0.2), section, directory);
        assertEquals(
                List.of("field", "log-contact-impedance"),
                z.blocks().stream().map(ParameterBlock::name).toList());
        EitModel identity =
                Problems.create(with(smallTank(), "transform", "identity"), section, directory);
        assertEquals("S/m", identity.blocks().get(0).unit());
        DataLayout layout = both.dataLayout();
        assertEquals("V", layout.unit());
        assertEquals("8–1", layout.groups().get(7));
        assertEquals(7, layout.group()[63]);
        assertEquals(0, layout.group()[7]);
    }

    @Test
    void referencesGiveDifferenceData() throws IOException {
        Map<String, Object> section =
                written(map("currents", "adjacent", "reference", "none-yet.csv"), DISC, NONE);
        assertEquals("reference.csv", section.get("reference"));
        EitModel model = Problems.create(smallTank(), section, directory);
        assertEquals(1, model.blocks().size());
        double[] homogeneous = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.zeros(1, model.dimension()), 0, 1, homogeneous);
        double[] measured = NumberFiles.read(directory.resolve("voltages.csv"), "v").data();
        double[] reference = NumberFiles.read(directory.resolve("reference.csv"), "v").data();
        double[] observed = Problems.observe(smallTank(), section, directory, model);
        for (int i = 0; i < observed.length; i++) {
            assertEquals(measured[i] - reference[i] + homogeneous[i], observed[i], 1e-15);
        }
        assertTrue(distance(observed, homogeneous) > 0.01);
        Files.copy(directory.resolve("reference.csv"), directory.resolve("same.csv"));
        double[] nothing =
                Problems.observe(
                        smallTank(), with(section, "voltages", "same.csv"), directory, model);
        assertTrue(distance(nothing, homogeneous) < 1e-14);
    }

    @Test
    void referencesHaveNoiseOfTheirOwn() throws IOException {
        ForwardModelProvider.NoiseSource noise =
                (clean, random) -> {
                    double[] noisy = clean.clone();
                    for (int i = 0; i < noisy.length; i++) {
                        noisy[i] += 1e-6 * random.gaussian();
                    }
                    return noisy;
                };
        written(map("currents", "adjacent", "reference", "none-yet.csv"), EMPTY, noise);
        double[] reference = NumberFiles.read(directory.resolve("reference.csv"), "v").data();
        double[] voltages = NumberFiles.read(directory.resolve("voltages.csv"), "v").data();
        double sum = 0;
        for (int i = 0; i < reference.length; i++) {
            sum += Math.pow(reference[i] - voltages[i], 2);
        }
        // The voltages were written clean: 64 differences of sd 1e-6, far from 0 and from 2e-6.
        assertEquals(1e-6, Math.sqrt(sum / 64), 5e-7);
    }

    @Test
    void theTruthIsDrawn() throws IOException {
        written(ADJACENT, DISC, NONE);
        List<String> lines = Files.readAllLines(directory.resolve("truth.csv"));
        assertEquals(128, lines.size());
        double[][] image = new double[128][];
        for (int i = 0; i < 128; i++) {
            image[i] =
                    java.util.Arrays.stream(lines.get(i).split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
        }
        assertTrue(Double.isNaN(image[0][0]));
        assertEquals(0, image[64][10]);
        // The disc's middle (0.04, 0.02) of 0.1: right of the middle and above it.
        assertEquals(Math.log(0.05 / 0.2), image[51][89], 1e-12);
        assertEquals(0, image[76][89], 1e-12);
    }

    @Test
    void unitsDoNotChangeThePhysics() throws IOException {
        Map<String, Object> section = written(ADJACENT, EMPTY, NONE);
        Homogeneous ampere = Problems.create(smallTank(), section, directory).tank();
        for (String key : new String[] {"currents", "voltages"}) {
            DenseMatrix a = NumberFiles.read(directory.resolve(key + ".csv"), key);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < a.data().length; i++) {
                text.append(1e3 * a.data()[i]).append(i % a.columns() == 7 ? "\n" : ",");
            }
            Problems.write(directory, key + "-milli.csv", text.toString());
        }
        Map<String, Object> currents =
                with(section, "currents", "currents-milli.csv", "current-unit", "mA");
        Map<String, Object> both =
                with(currents, "voltages", "voltages-milli.csv", "voltage-unit", "mV");
        for (Map<String, Object> data : List.of(currents, both)) {
            Homogeneous milli = Problems.create(smallTank(), data, directory).tank();
            assertEquals(ampere.conductivity(), milli.conductivity(), 1e-7);
            assertEquals(ampere.contactImpedance(), milli.contactImpedance(), 1e-7);
        }
    }

    @Test
    void voltagesOfTheWrongSignAreRefused() throws IOException {
        Map<String, Object> section = written(ADJACENT, EMPTY, NONE);
        DenseMatrix v = NumberFiles.read(directory.resolve("voltages.csv"), "v");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < v.data().length; i++) {
            text.append(-v.data()[i]).append(i % v.columns() == 7 ? "\n" : ",");
        }
        Problems.write(directory, "voltages.csv", text.toString());
        assertInvalid(
                "data.voltages", () -> Problems.create(smallTank(), section, directory), "sign");
        assertInvalid(
                "data.voltages",
                () -> Problems.create(with(smallTank(), "background", 0.2), section, directory),
                "sign");
    }

    @Test
    void modelsCanBeMadeWithoutVoltagesButNotObserved() {
        EitModel model = Problems.create(smallTank(), ADJACENT, directory);
        assertEquals(0.1, model.tank().conductivity());
        assertInvalid(
                "data.voltages",
                () -> Problems.observe(smallTank(), ADJACENT, directory, model),
                "missing");
    }

    @Test
    void simulationNeedsNoVoltagesAndKeepsTheFormat() throws IOException {
        ForwardModelProvider.Simulation simulation =
                simulate(
                        map("mesh", map("nodes", 600)),
                        map("format", "kit4", "currents", "adjacent", "voltages", "no-file.csv"));
        assertEquals(256, simulation.clean().length);
        Map<String, Object> section =
                simulation.write(directory, simulation.clean(), new Problems.Stream(1), NONE);
        assertEquals("kit4", section.get("format"));
        EitModel model = Problems.create(map("mesh", map("nodes", 600)), section, directory);
        assertTrue(model.tank().residual() < 0.2);
        assertTrue(
                distance(Problems.observe(map(), section, directory, model), simulation.clean())
                        < 1e-15);
    }
}
