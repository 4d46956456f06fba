package org.headwater.model.eit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.headwater.api.InvalidInputException;
import org.headwater.api.RandomStream;
import org.headwater.api.Settings;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/** Problem files in miniature, for tests. */
final class Problems {
    static final EitProvider PROVIDER = new EitProvider("test");

    private Problems() {}

    static Map<String, Object> map(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    static Map<String, Object> with(Map<String, Object> map, Object... keysAndValues) {
        Map<String, Object> copy = new LinkedHashMap<>(map);
        copy.putAll(map(keysAndValues));
        return copy;
    }

    /** A tank of eight electrodes on a coarse mesh. */
    static Map<String, Object> smallTank() {
        return map(
                "tank",
                map("radius", 0.1, "height", 0.05, "electrodes", 8, "electrode-width", 0.03),
                "mesh",
                map("nodes", 250),
                "basis",
                map("type", "blobs", "size", 5, "width", 0.3));
    }

    static Settings model(Map<String, Object> model, Path directory) {
        return PROVIDER.info().settings().validate(model, "forward-model", directory);
    }

    static Settings data(Map<String, Object> data, Path directory) {
        return PROVIDER.dataSettings().validate(data, "data", directory);
    }

    static EitModel create(Map<String, Object> model, Map<String, Object> data, Path directory) {
        return (EitModel) PROVIDER.create(model(model, directory), data(data, directory));
    }

    static double[] observe(
            Map<String, Object> model, Map<String, Object> data, Path directory, EitModel made) {
        return PROVIDER.observe(model(model, directory), data(data, directory), made);
    }

    static Path write(Path directory, String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    /** Asserts that an error names the key and holds all the parts. */
    static void assertInvalid(String key, Executable executable, String... parts) {
        InvalidInputException e = Assertions.assertThrows(InvalidInputException.class, executable);
        Assertions.assertEquals(key, e.key(), e.getMessage());
        for (String part : parts) {
            Assertions.assertTrue(
                    e.getMessage().contains(part), () -> part + " is not in: " + e.getMessage());
        }
    }

    /** A stream of random numbers. */
    static final class Stream implements RandomStream {
        private final SplittableRandom random;
        private final long seed;

        Stream(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
        }

        @Override
        public double uniform() {
            return random.nextDouble();
        }

        @Override
        public double gaussian() {
            return random.nextGaussian();
        }

        @Override
        public int below(int bound) {
            return random.nextInt(bound);
        }

        @Override
        public RandomStream split(long key) {
            return new Stream(31 * seed + key);
        }
    }
}
