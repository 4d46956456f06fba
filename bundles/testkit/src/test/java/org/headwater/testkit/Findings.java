package org.headwater.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;

/** Runs checks and looks at what they found. */
final class Findings {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Findings() {}

    static void assertSound(List<Check> checks) {
        List<Finding> bad =
                Check.runAll(checks, LIMIT, f -> {}).stream().filter(f -> !f.passed()).toList();
        assertEquals(List.of(), bad);
        assertTrue(checks.size() > 4);
    }

    /** The check of that name, which must fail with a remedy. */
    static void assertFound(List<Check> checks, String name) {
        Check check = checks.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
        Finding finding = check.run(LIMIT);
        assertEquals(Finding.Status.FAILED, finding.status(), finding::message);
        assertTrue(finding.message().contains("; "), finding::message);
        assertEquals(1, finding.message().lines().count());
    }
}
