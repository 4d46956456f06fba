package org.headwater.backend.nd4j.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class Nd4jBackendProviderTest {
    @Test
    void platformsAreNamedAsJavaCppDoes() {
        assertEquals("linux-x86_64", Nd4jBackendProvider.platform("Linux", "amd64"));
        assertEquals("linux-arm64", Nd4jBackendProvider.platform("Linux", "aarch64"));
        assertEquals("macosx-arm64", Nd4jBackendProvider.platform("Mac OS X", "aarch64"));
        assertEquals("windows-x86_64", Nd4jBackendProvider.platform("Windows 11", "amd64"));
        assertEquals("linux-ppc64le", Nd4jBackendProvider.platform("Linux", "ppc64le"));
    }

    @Test
    void saysWhyItIsNotAvailable() {
        assertEquals("", Nd4jBackendProvider.reasonAgainst("cpu linux-x86_64", "linux-x86_64"));
        assertEquals("", Nd4jBackendProvider.reasonAgainst("cuda linux-x86_64", "linux-x86_64"));
        String other = Nd4jBackendProvider.reasonAgainst("cpu linux-x86_64", "macosx-arm64");
        assertTrue(
                other.contains("natives for linux-x86_64")
                        && other.contains("-Djavacpp.platform=macosx-arm64"),
                other);
        assertTrue(
                Nd4jBackendProvider.reasonAgainst(null, "linux-x86_64")
                        .contains("org.headwater.nd4j"));
    }
}
