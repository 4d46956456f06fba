package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSettingsTest {
    @TempDir private Path home;

    private Path file;

    @BeforeEach
    void configuration() throws IOException {
        file = Files.createDirectory(home.resolve("conf")).resolve("server.yaml");
    }

    private String mistake(String... overrides) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> ServerSettings.read(home, List.of(overrides)))
                .getMessage();
    }

    @Test
    void mistakeInAnOptionNamesTheOption() {
        String rule = " must be a whole number ≥ 0 and ≤ 65535, got 99999";
        assertEquals(0, mistake("--port=99999").indexOf("--port" + rule));
        assertEquals(0, mistake("port=99999").indexOf("--set port" + rule));
        assertEquals(
                "--set jbos is not a known key; did you mean 'jobs'?",
                mistake("--port=80", "jbos=4"));
        assertEquals(
                "--set tls.keystor is not a known key; did you mean 'keystore'?",
                mistake("tls.keystor=a"));
        assertEquals(
                "--set must have the form key=value, got 'foo'; write for instance --set jobs=4",
                mistake("foo"));
    }

    @Test
    void mistakeInTheFileNamesTheFile() throws IOException {
        Files.writeString(file, "port: 99999");
        assertEquals(0, mistake("jobs=4").indexOf(file + ": port must be "));
        assertEquals(80, ServerSettings.read(home, List.of("--port=80")).values().integer("port"));
    }

    @Test
    void optionsOfOneSectionAreTakenTogether() {
        ServerSettings s =
                ServerSettings.read(
                        home, List.of("database.url=jdbc:postgresql://db/x", "database.user=me"));
        assertEquals("jdbc:postgresql://db/x", s.database().orElseThrow().text("url"));
        assertEquals("me", s.database().orElseThrow().text("user"));
    }
}
