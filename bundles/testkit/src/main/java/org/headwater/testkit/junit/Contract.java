package org.headwater.testkit.junit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.headwater.testkit.Check;
import org.headwater.testkit.Finding;
import org.headwater.testkit.TimeLimit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the contracts of all kinds of plug-in share: every check becomes a test. */
abstract class Contract {
    /** The settings with which the plug-in is tested, without {@code type}; none by default. */
    protected Map<String, ?> settings() {
        return Map.of();
    }

    /** Where relative file names in settings start; {@code src/test/resources} by default. */
    protected Path directory() {
        return Path.of("src", "test", "resources").toAbsolutePath();
    }

    /** How long a check may take. */
    protected Duration limit() {
        return Duration.ofSeconds(60);
    }

    abstract List<Check> checks();

    /** One test for each check of the contract. */
    @TestFactory
    public final Stream<DynamicTest> contract() throws Exception {
        return TimeLimit.call(limit(), this::checks).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), () -> pass(check)));
    }

    private void pass(Check check) {
        Finding finding = check.run(limit());
        Assertions.assertTrue(finding.passed(), finding::message);
    }
}
