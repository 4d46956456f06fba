package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser, against the real server: {@code bundles/web/src/test/web}. The
 * browser is the one that the environment variable {@code HEADWATER_BROWSER} names, or a Chromium
 * of the search path; without one, or without the page, the test is skipped.
 */
class WebIT {
    private static final Path WEB = Path.of(System.getProperty("headwater.web"));
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));

    @Test
    void thePageServesItsUsers(@TempDir Path folder) throws Exception {
        assumeTrue(
                Files.exists(WEB.resolve("node_modules/playwright-core")),
                "the page was not built: there is no Node.js");
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "there is no Chromium; HEADWATER_BROWSER may name one");
        try (ServerProcess server = ServerProcess.start(folder, "jobs=2")) {
            ProcessBuilder node =
                    new ProcessBuilder(
                            "node", "--test", "--test-reporter=spec", "src/test/web/page.test.mjs");
            node.directory(WEB.toFile()).redirectErrorStream(true);
            node.redirectOutput(folder.resolve("node").toFile());
            node.environment().put("HEADWATER_URL", server.address().toString());
            node.environment().put("HEADWATER_TOKEN", server.admin());
            node.environment().put("HEADWATER_EXAMPLES", HOME.resolve("examples").toString());
            node.environment().put("HEADWATER_BROWSER", browser.get().toString());
            Process process = node.start();
            boolean ended = process.waitFor(8, TimeUnit.MINUTES);
            process.destroyForcibly();
            String said = Files.readString(folder.resolve("node"), StandardCharsets.UTF_8);
            assertTrue(ended, said);
            assertEquals(0, process.exitValue(), said);
        }
    }

    private static Optional<Path> browser() {
        String named = System.getenv("HEADWATER_BROWSER");
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(
                        name ->
                                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
