package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.InvalidInputException;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.junit.jupiter.api.Test;

class PluginRegistryTest {
    @Test
    void theNewestVersionWins() {
        PluginRegistry registry = new PluginRegistry();
        for (String version : List.of("0.9.0", "0.10.0", "0.2.0")) {
            registry.add(TestPlatform.plugin(PluginKind.PRIOR, new L1PriorProvider(), version));
        }
        assertEquals("0.10.0", registry.find(PluginKind.PRIOR, "l1").version());
        assertEquals(1, registry.list(PluginKind.PRIOR).size());
        L1PriorProvider ranked = new L1PriorProvider();
        registry.add(new Plugin(PluginKind.PRIOR, ranked.info(), ranked, "other", "0.10.0", "", 5));
        assertEquals("other", registry.find(PluginKind.PRIOR, "l1").bundle());
        registry.unbindPrior((L1PriorProvider) registry.find(PluginKind.PRIOR, "l1").provider());
        assertEquals("org.headwater.test", registry.find(PluginKind.PRIOR, "l1").bundle());
    }

    @Test
    void anUnknownTypeIsAnsweredWithTheInstalledOnes() {
        PluginRegistry registry = TestPlatform.plugins();
        assertEquals(
                "prior.type names no installed prior, got 'l2'; did you mean 'l1'? installed: l1",
                message(registry, PluginKind.PRIOR, "l2"));
        assertEquals(
                "forward-model.type names no installed forward model, got 'gravimetry'; "
                        + "installed: flaky, linear",
                message(registry, PluginKind.MODEL, "gravimetry"));
        assertEquals(
                "backend names no installed backend, got 'vektor'; did you mean 'vector'? "
                        + "installed: vector",
                message(registry, PluginKind.BACKEND, "vektor"));
        assertTrue(
                message(new PluginRegistry(), PluginKind.SOLVER, "rwpo")
                        .endsWith("got 'rwpo'; installed: none"));
    }

    private static String message(PluginRegistry registry, PluginKind kind, String type) {
        return assertThrows(InvalidInputException.class, () -> registry.find(kind, type))
                .getMessage();
    }
}
