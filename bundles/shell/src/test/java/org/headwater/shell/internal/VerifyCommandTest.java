package org.headwater.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.felix.service.command.CommandSession;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Workers;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.junit.jupiter.api.Test;

class VerifyCommandTest {
    /** ψ = ½|θ|², whose prox at step t is y/(1 + factor·t); sound for the factor 1. */
    private record Ridge(int dimension, double factor) implements Prior {
        @Override
        public Structure structure() {
            return Structure.GENERAL;
        }

        @Override
        public double potential(double[] x, int offset) {
            double sum = 0;
            for (int i = offset; i < offset + dimension; i++) {
                sum += 0.5 * x[i] * x[i];
            }
            return sum;
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            if (y.dimension() != dimension || out.data().length != y.data().length) {
                throw new IllegalArgumentException("shape");
            }
            for (int k = 0; k < y.data().length; k++) {
                out.data()[k] = y.data()[k] / (1 + factor * t);
            }
        }
    }

    private static final class Provider implements PriorProvider {
        @Override
        public PluginInfo info() {
            return new PluginInfo(
                    "ridge",
                    "1.0.0",
                    "For tests.",
                    SettingsSchema.of(Setting.number("factor", "1 is right").above(0).required()),
                    "");
        }

        @Override
        public Prior create(Settings settings, FieldShape shape) {
            return new Ridge(shape.dimension(), settings.number("factor"));
        }
    }

    /** One plug-in, which is installed as each of the given kinds. */
    private record Installed(List<PluginKind> kinds) implements Plugins {
        @Override
        public List<Plugin> list(PluginKind kind) {
            return kinds.contains(kind) ? List.of(find(kind, "ridge")) : List.of();
        }

        @Override
        public Plugin find(PluginKind kind, String type) {
            return new Plugin(
                    kind,
                    new Provider().info(),
                    new Provider(),
                    "org.example.ridge",
                    "1.0.0",
                    "",
                    0);
        }

        @Override
        public Plugin fastestBackend(
                KernelBackend.Layer layer, Workers workers, Consumer<String> notices) {
            return find(PluginKind.BACKEND, "ridge");
        }
    }

    private static String verify(List<PluginKind> kinds, String... arguments) throws Exception {
        CommandSession session =
                (CommandSession)
                        Proxy.newProxyInstance(
                                VerifyCommandTest.class.getClassLoader(),
                                new Class<?>[] {CommandSession.class},
                                (proxy, method, values) -> Path.of("").toAbsolutePath());
        PrintStream before = System.out;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            new VerifyCommand(new Installed(kinds)).verify(session, arguments);
        } finally {
            System.setOut(before);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private static String mistake(List<PluginKind> kinds, String... arguments) {
        return assertThrows(InvalidInputException.class, () -> verify(kinds, arguments))
                .getMessage();
    }

    @Test
    void soundPluginPasses() throws Exception {
        String text = verify(List.of(PluginKind.PRIOR), "ridge", "factor=1", "field=2x3");
        List<String> lines = text.lines().toList();
        assertTrue(lines.get(0).matches("self-description +passed"), text);
        assertTrue(
                lines.get(lines.size() - 1)
                        .matches("prior ridge keeps its contract: all \\d+ checks passed"),
                text);
    }

    @Test
    void brokenPluginIsAnErrorThatNamesTheChecks() {
        String message = mistake(List.of(PluginKind.PRIOR), "ridge", "factor=1.1");
        assertTrue(message.contains("prox-optimality, prox-subgradient, moreau-gradient"), message);
        assertTrue(message.contains("3 that did not pass"), message);
    }

    @Test
    void settingsThatAreMissingAreNamed() {
        assertEquals(
                "prior ridge needs settings to be checked with; write: verify ridge factor=VALUE",
                mistake(List.of(PluginKind.PRIOR), "ridge"));
    }

    @Test
    void typeOfTwoKindsNeedsTheKind() throws Exception {
        List<PluginKind> both = List.of(PluginKind.PRIOR, PluginKind.NOISE);
        assertTrue(mistake(both, "ridge", "factor=1").contains("noise/ridge or prior/ridge"));
        assertTrue(verify(both, "prior/ridge", "factor=1").contains("keeps its contract"));
    }

    @Test
    void mistypedNameAndFieldAreMended() {
        assertTrue(mistake(List.of(PluginKind.PRIOR), "rigde").contains("did you mean 'ridge'?"));
        assertTrue(
                mistake(List.of(PluginKind.PRIOR), "ridge", "factor=1", "field=four")
                        .contains("e.g. field=4x6"));
        assertTrue(mistake(List.of(PluginKind.PRIOR)).startsWith("verify needs"));
    }
}
