package org.headwater.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsSchemaTest {
    private static final SettingsSchema SCHEMA =
            SettingsSchema.of(
                    Setting.number("weight", "weight of the prior")
                            .or(Setting.Kind.NUMBERS)
                            .or(Setting.Kind.FILE)
                            .above(0)
                            .unit("1/V")
                            .required(),
                    Setting.integer("size", "pixels").atLeast(2).atMost(10).byDefault(4),
                    Setting.number("background", "background").or("estimate").byDefault("estimate"),
                    Setting.flag("isotropic", "isotropic").byDefault(true),
                    Setting.indexLists("groups", "groups"),
                    Setting.group(
                            "tank",
                            "the tank",
                            SettingsSchema.of(Setting.number("radius", "radius").byDefault(0.5))));

    @TempDir Path directory;

    @Test
    void convertsAndFillsInDefaults() {
        Settings s =
                SCHEMA.validate(
                        Map.of("weight", 3, "groups", List.of(List.of(0, 2), List.of(1))),
                        "prior",
                        directory);
        assertEquals(3, s.number("weight"));
        assertEquals(4, s.integer("size"));
        assertEquals("estimate", s.text("background"));
        assertFalse(s.isNumber("background"));
        assertTrue(s.flag("isotropic"));
        assertArrayEquals(new int[] {0, 2}, s.indexLists("groups")[0]);
        assertEquals(0.5, s.group("tank").number("radius"));
        assertEquals("prior.tank.radius", s.group("tank").key("radius"));
        assertArrayEquals(new double[] {3, 3}, s.vector("weight", 2));
    }

    @Test
    void readsVectorsFromListsAndFiles() throws IOException {
        Files.writeString(directory.resolve("w.csv"), "# weights\n1\n2.5\n");
        Settings file = SCHEMA.validate(Map.of("weight", "w.csv"), "prior", directory);
        assertArrayEquals(new double[] {1, 2.5}, file.vector("weight", 2));
        Settings list = SCHEMA.validate(Map.of("weight", List.of(1, 2.5)), "prior", directory);
        assertArrayEquals(new double[] {1, 2.5}, list.vector("weight", 2));
        assertMessage(() -> list.vector("weight", 3), "prior.weight", "3 numbers", "2 numbers");
    }

    @Test
    void numbersStandInTheProblemOrInAFile() throws IOException {
        SettingsSchema schema =
                SettingsSchema.of(
                        Setting.file("values", "the data")
                                .or(Setting.Kind.NUMBERS)
                                .or(Setting.Kind.ROWS));
        Files.writeString(directory.resolve("v.csv"), "1,2\n3,4\n");
        Settings file = schema.validate(Map.of("values", "v.csv"), "data", directory);
        Settings rows =
                schema.validate(
                        Map.of("values", List.of(List.of(1, 2), List.of(3, 4.0))),
                        "data",
                        directory);
        assertArrayEquals(file.matrix("values").data(), rows.matrix("values").data());
        assertEquals(2, rows.matrix("values").columns());
        assertEquals("", rows.inFile("values"));
        assertEquals(" in " + directory.resolve("v.csv"), file.inFile("values"));
        Settings list = schema.validate(Map.of("values", List.of(5, 6)), "data", directory);
        assertEquals(2, list.matrix("values").rows());
        assertArrayEquals(new double[] {5, 6}, list.matrix("values").data());
        assertMessage(
                () ->
                        schema.validate(
                                Map.of("values", List.of(List.of(1, 2), List.of(3))),
                                "data",
                                directory),
                "data.values[1] must have as many numbers as the first row, 2, got 1");
        assertMessage(
                () -> schema.validate(Map.of("values", List.of(1, "x")), "data", directory),
                "data.values[1]",
                "a file name or a list of numbers or a list of rows of numbers",
                "'x'");
        assertMessage(
                () ->
                        schema.validate(
                                Map.of("values", List.of(List.of(1), List.of(Double.NaN))),
                                "data",
                                directory),
                "data.values[1][0]",
                "NaN");
        assertMessage(
                () -> schema.validate(Map.of("values", List.of(List.of())), "data", directory),
                "data.values must be a file name");
    }

    @Test
    void namesTheNearestKeyAtEveryLevel() {
        assertMessage(
                () -> SCHEMA.validate(Map.of("wieght", 3), "prior", directory),
                "prior.wieght",
                "not a known key",
                "'weight'");
        assertMessage(
                () ->
                        SCHEMA.validate(
                                Map.of("weight", 3, "tank", Map.of("radios", 1)),
                                "prior",
                                directory),
                "prior.tank.radios",
                "'radius'");
    }

    @Test
    void saysTheRuleForWrongValues() {
        assertMessage(
                () -> SCHEMA.validate(Map.of(), "prior", directory), "prior.weight", "is missing");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", 0), "prior", directory),
                "prior.weight",
                "a number > 0 (1/V)",
                "got 0");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", Double.NaN), "prior", directory),
                "prior.weight",
                "got NaN");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", "heavy"), "prior", directory),
                "prior.weight",
                "a number > 0",
                "'heavy', which is no file");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", 1, "size", 2.5), "prior", directory),
                "prior.size",
                "a whole number ≥ 2 and ≤ 10",
                "got 2.5");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", 1, "isotropic", "yes"), "prior", directory),
                "prior.isotropic",
                "true or false",
                "'yes'");
        assertMessage(
                () ->
                        SCHEMA.validate(
                                Map.of("weight", 1, "background", "guess"), "prior", directory),
                "prior.background",
                "or estimate",
                "'guess'");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", List.of(1, -1)), "prior", directory),
                "prior.weight[1]");
        assertMessage(
                () -> SCHEMA.validate(Map.of("weight", 1, "tank", 3), "prior", directory),
                "prior.tank",
                "a mapping");
    }

    @Test
    void namesRowAndColumnOfWhatIsNoNumber() throws IOException {
        Path file = directory.resolve("a.csv");
        Files.writeString(file, "1, 2\n\n3; inf\n");
        assertMessage(
                () -> NumberFiles.read(file, "data.values"), "row 2, column 2", "data.values");
        Files.writeString(file, "1 2\n3 x\n");
        assertMessage(() -> NumberFiles.read(file, "k"), "'x' in row 2, column 2");
        Files.writeString(file, "1 2\n3\n");
        assertMessage(() -> NumberFiles.read(file, "k"), "1 on line 2");
        Files.writeString(file, "# nothing\n");
        assertMessage(() -> NumberFiles.read(file, "k"), "an empty file");
        assertMessage(() -> NumberFiles.read(directory, "k"), "must name a file that exists");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertMessage(() -> NumberFiles.read(file, "k"), "text file");
        Files.writeString(file, "\ufeff1e-3\t2\r\n3\t4\r\n");
        DenseMatrix m = NumberFiles.read(file, "k");
        assertEquals(2, m.rows());
        assertArrayEquals(new double[] {1e-3, 2, 3, 4}, m.data());
        assertArrayEquals(new double[] {1e-3, 3, 2, 4}, m.transpose().data());
    }

    private static void assertMessage(Runnable call, String... parts) {
        String message = assertThrows(InvalidInputException.class, call::run).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void listsOfMappings() {
        SettingsSchema schema =
                SettingsSchema.of(
                        Setting.groups(
                                "wells",
                                "the wells",
                                SettingsSchema.of(
                                        Setting.number("x", "position").atMost(1).required(),
                                        Setting.number("rate", "rate").byDefault(2))));
        Settings s =
                schema.validate(
                        Map.of("wells", List.of(Map.of("x", 0.25), Map.of("x", 1, "rate", 3))),
                        "model",
                        directory);
        assertEquals(2, s.groups("wells").size());
        assertEquals(0.25, s.groups("wells").get(0).number("x"));
        assertEquals(2, s.groups("wells").get(0).number("rate"));
        assertEquals(3, s.groups("wells").get(1).number("rate"));
        assertFalse(schema.validate(Map.of(), "model", directory).has("wells"));
        InvalidInputException range =
                assertThrows(
                        InvalidInputException.class,
                        () ->
                                schema.validate(
                                        Map.of("wells", List.of(Map.of("x", 0), Map.of("x", 2))),
                                        "model",
                                        directory));
        assertTrue(range.getMessage().startsWith("model.wells[1].x must be a number ≤ 1, got 2"));
        InvalidInputException kind =
                assertThrows(
                        InvalidInputException.class,
                        () -> schema.validate(Map.of("wells", List.of(3)), "model", directory));
        assertTrue(kind.getMessage().startsWith("model.wells[0] must be a mapping, got 3"));
    }

    @Test
    void mappingsWithAnyKeys() {
        SettingsSchema schema = SettingsSchema.of(Setting.mapping("config", "for the server"));
        Settings s =
                schema.validate(
                        Map.of("config", Map.of("order", 2, "deep", Map.of("a", List.of(1, "b")))),
                        "model",
                        directory);
        assertEquals(2, s.mapping("config").get("order"));
        assertEquals(Map.of("a", List.of(1, "b")), s.mapping("config").get("deep"));
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> schema.validate(Map.of("config", 3), "model", directory));
        assertTrue(e.getMessage().startsWith("model.config must be a mapping, got 3"));
    }
}
