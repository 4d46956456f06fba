package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.eclipse.jetty.http.BadMessageException;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts for people, which name nothing of the server's inside. */
class MessagesTest {
    @Test
    void refusedJarIsNamedAsItWasSent() {
        InvalidInputException e =
                PluginsApi.refused(
                        "x.jar",
                        InvalidInputException.of(
                                "FILE",
                                "is no plug-in: it is not a jar file; copy it again",
                                "/srv/data/incoming/jar123/x.jar",
                                ""));
        assertEquals("plugin", e.key());
        assertEquals("is no plug-in: it is not a jar file", e.rule());
        assertEquals("x.jar", e.value());
        assertEquals("copy it again", e.remedy());
    }

    @Test
    void healthCountsJobsInWords() {
        Map<Job.Status, Long> counts = new EnumMap<>(Job.Status.class);
        counts.put(Job.Status.QUEUED, 2L);
        counts.put(Job.Status.RUNNING, 1L);
        assertEquals("2 queued, 1 running", Health.words(counts));
    }

    @Test
    void jettysErrorsAreProblemDetails() {
        String bad =
                new String(
                        JettyProblems.body(400, new BadMessageException(400, "Ambiguous path")),
                        StandardCharsets.UTF_8);
        assertEquals(
                "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":"
                        + "\"the request cannot be served: Ambiguous path\"}\n",
                bad);
        String failed =
                new String(
                        JettyProblems.body(500, new OutOfMemoryError("Java heap space")),
                        StandardCharsets.UTF_8);
        assertFalse(failed.contains("Java") || failed.contains("OutOfMemory"), failed);
    }

    @Test
    void mistypedDataDirectoryIsNotMade(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("nope");
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> JobFolders.requireJobs(data));
        assertTrue(e.getMessage().contains("got " + data), e::getMessage);
        assertFalse(Files.exists(data));
        Files.createDirectories(data.resolve("jobs"));
        JobFolders.requireJobs(data);
    }
}
