package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.kernels.flow.TrainedFlow;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.Jobs.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flow files: what is written is what is drawn. */
class FlowFileTest {
    private static final int N = 50;

    @TempDir private Path directory;

    /** At its start a flow is all but the Gaussian of its frame. */
    private Path file(Last last) throws IOException {
        Shape shape = new Shape(2, 2, 3, 0, last, 0);
        Frame frame =
                new Frame(
                        new double[] {5, -3},
                        new double[] {2, 0, 1, 1},
                        new double[] {1, 1},
                        last == Last.READOUT ? new double[] {4, 4} : new double[0],
                        1);
        TrainedFlow flow = new TrainedFlow(shape, frame, shape.initial(KeyedRandom.of(1)));
        Path file = directory.resolve("flow.npz");
        FlowFile.write(
                file, flow.toState(), FlowFile.description(Map.of("seed", 1), List.of("a", "b")));
        return file;
    }

    private Samples sample(Path flow, long seed, String name) {
        try (FixedWorkers workers = new FixedWorkers(1)) {
            return FlowFile.sample(flow, N, seed, directory.resolve(name), workers);
        }
    }

    private static double[] numbers(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return NpyFile.read(in).data();
        }
    }

    @Test
    void samplesHaveTheirDensitiesAndTheSameBytesForTheSameSeed() throws IOException {
        file(Last.NONE);
        Samples a = sample(directory, 3, "a.npy");
        Samples b = sample(directory.resolve("flow.npz"), 3, "b.npy");
        Samples c = sample(directory, 4, "c.npy");
        assertArrayEquals(Files.readAllBytes(a.file()), Files.readAllBytes(b.file()));
        assertFalse(java.util.Arrays.equals(numbers(a.file()), numbers(c.file())));
        double[] x = numbers(a.file());
        double[] log = numbers(a.logDensities());
        assertEquals(N * a.dimension(), x.length);
        for (int i = 0; i < N; i++) {
            double u = (x[2 * i] - 5) / 2;
            double v = x[2 * i + 1] + 3 - u;
            double expected = -Math.log(2 * Math.PI) - Math.log(2) - 0.5 * (u * u + v * v);
            assertEquals(expected, log[i], 1e-9);
        }
    }

    @Test
    void samplesOfAReadoutHaveNoDensity() throws IOException {
        file(Last.READOUT);
        Samples samples = sample(directory, 3, "a.npy");
        assertEquals(null, samples.logDensities());
        assertFalse(Files.exists(directory.resolve("a-log-density.npy")));
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path file = file(Last.NONE);
        sample(directory, 3, "a.npy");
        assertTrue(fails(file, "a.npy").contains("must name a file that does not exist"));
        assertTrue(fails(directory.resolve("none"), "b.npy").contains("must be a trained flow"));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertTrue(fails(file, "b.npy").contains("this version can read"));
        Files.writeString(file, "not a zip");
        assertTrue(fails(file, "b.npy").contains("this version can read"));
    }

    private String fails(Path flow, String name) {
        return assertThrows(InvalidInputException.class, () -> sample(flow, 3, name)).getMessage();
    }
}
