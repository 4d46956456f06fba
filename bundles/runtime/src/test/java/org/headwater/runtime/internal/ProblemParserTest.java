package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.ProblemFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemParserTest {
    @TempDir private Path folder;

    @Test
    void readsScalarsOfTheCoreSchema() throws IOException {
        ProblemFile p =
                read("prior: {weight: 1e-3, on: true, word: yes, list: [1, 2.5], none: null}\n");
        Map<?, ?> prior = (Map<?, ?>) p.content().get("prior");
        assertEquals(1e-3, prior.get("weight"));
        assertEquals(true, prior.get("on"));
        assertEquals("yes", prior.get("word"), "YAML 1.2: yes is a word");
        assertEquals(List.of(1, 2.5), prior.get("list"));
        assertTrue(prior.containsKey("none"));
        assertEquals("p", p.name());
        assertEquals(folder.toAbsolutePath(), p.directory());
    }

    @Test
    void overridesReplaceAndAdd() throws IOException {
        ProblemFile p =
                read(
                        "prior: {weight: 1}\n",
                        "prior.weight=2.5",
                        "solver.step.size=[1, 2]",
                        "seed=7",
                        "name=a=b");
        assertEquals(Map.of("weight", 2.5), p.content().get("prior"));
        assertEquals(Map.of("step", Map.of("size", List.of(1, 2))), p.content().get("solver"));
        assertEquals(7, p.content().get("seed"));
        assertEquals("a=b", p.content().get("name"));
    }

    @Test
    void writtenTextReadsBackTheSame() throws IOException {
        ProblemFile p =
                read("a: {x: 1.0e-300, y: 0.1, z: [1, [2, 3]], t: '1', u: 'a: b #c', v: 'null'}\n");
        Path copy = folder.resolve("copy.yaml");
        Files.writeString(copy, ProblemParser.write(p.content()));
        assertEquals(p.content(), ProblemParser.read(copy, List.of()).content());
    }

    @Test
    void wrongOverridesAreRefused() {
        for (String bad : List.of("prior.weight", "=3", "a..b=1", ".a=1", "a.=1", "")) {
            assertSays("seed: 1\n", "must have the form section.key=value, got '" + bad + "'", bad);
        }
        assertSays(
                "seed: 1\n",
                "--set seed.x=1 goes through seed, which is not a mapping",
                "seed.x=1");
        assertSays(
                "seed: 1\n", "--set a must be given a number, a word, or YAML in brackets", "a=[1");
    }

    @Test
    void syntaxErrorsNameLineAndColumn() {
        assertSays("seed: 1\nprior: {type: l1\n", "is not valid YAML at line 3, column 1: ");
        assertSays("a: 1\nb: c: d\n", "is not valid YAML at line 2, column 5: ");
        assertSays(
                "seed: 1\nseed: 2\n",
                "is not valid YAML at line 2, column 1: found duplicate key seed");
        assertSays("prior: {w: 1, w: 2}\n", "found duplicate key w");
        assertSays("a: 1\n---\nb: 2\n", "is not valid YAML at line 2");
        assertSays("a: !!java.net.URL [x]\n", "is not valid YAML");
    }

    @Test
    void whatIsNoProblemIsRefused() {
        assertSays("", "is empty; ");
        assertSays("# only a comment\n", "is empty; ");
        assertSays(
                "just some words\n",
                "must be a mapping from sections to their settings, got plain text");
        assertSays("- a\n- b\n", "must be a mapping from sections to their settings, got a list");
        assertSays("1: a\n", "must have words as keys, got 1");
        assertSays("a: &x [*x]\n", "must not be nested deeper than");
    }

    @Test
    void filesThatCannotBeReadAreNamed() throws IOException {
        Path missing = folder.resolve("missing.yaml");
        assertEquals(missing + ": does not exist; check the name and the folder", message(missing));
        assertEquals(
                folder + ": is a directory, not a problem file; name a YAML file in it",
                message(folder));
        Path binary = folder.resolve("x.png");
        Files.write(binary, new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff, 0});
        assertTrue(message(binary).startsWith(binary + ": is not a YAML file: it is not UTF-8"));
        Path zeros = folder.resolve("zeros.yaml");
        Files.write(zeros, new byte[16]);
        assertTrue(message(zeros).startsWith(zeros + ": is not valid YAML"), message(zeros));
    }

    private ProblemFile read(String text, String... overrides) throws IOException {
        Path file = folder.resolve("p.yaml");
        Files.writeString(file, text);
        return ProblemParser.read(file, Arrays.asList(overrides));
    }

    private void assertSays(String text, String part, String... overrides) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> read(text, overrides));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(e.getMessage().startsWith(folder.resolve("p.yaml") + ": "), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), "one line");
    }

    private static String message(Path file) {
        return assertThrows(InvalidInputException.class, () -> ProblemParser.read(file, List.of()))
                .getMessage();
    }
}
