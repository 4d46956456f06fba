package org.headwater.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.RandomStream;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check passes sound noise, and finds the fault that it is for. */
class NoiseChecksTest {
    private static final double SD = 0.7;

    /** Independent Gaussian noise, sound; methods are overridden to spoil it. */
    private static class White implements Noise {
        final double[] measured;

        White(double[] measured) {
            this.measured = measured;
        }

        @Override
        public int dataSize() {
            return measured.length;
        }

        @Override
        public boolean isQuadratic() {
            return true;
        }

        double residual(double[] p, int offset, int i) {
            return (p[offset + i] - measured[i]) / SD;
        }

        @Override
        public double misfit(double[] predicted, int offset) {
            double sum = 0;
            for (int i = 0; i < measured.length; i++) {
                sum += 0.5 * Math.pow(residual(predicted, offset, i), 2);
            }
            return sum;
        }

        @Override
        public void gradient(double[] predicted, int offset, double[] out) {
            for (int i = 0; i < measured.length; i++) {
                out[i] = residual(predicted, offset, i) / SD;
            }
        }

        @Override
        public void whiten(double[] predicted, double[] jacobian, int columns) {
            for (int k = 0; k < jacobian.length; k++) {
                jacobian[k] /= SD;
            }
        }

        @Override
        public void residuals(double[] predicted, double[] out) {
            for (int i = 0; i < measured.length; i++) {
                out[i] = residual(predicted, 0, i);
            }
        }

        double spread() {
            return SD;
        }

        @Override
        public double[] sample(double[] clean, RandomStream random) {
            double[] y = clean.clone();
            for (int i = 0; i < y.length; i++) {
                y[i] += spread() * random.gaussian();
            }
            return y;
        }
    }

    private record Provider(UnaryOperator<double[]> copy, Function<double[], Noise> noise)
            implements NoiseProvider {
        @Override
        public PluginInfo info() {
            return new PluginInfo(
                    "white",
                    "1.0.0",
                    "For tests.",
                    SettingsSchema.of(Setting.number("sd", "spread").above(0).required()),
                    "");
        }

        @Override
        public Noise create(Settings settings, double[] measured) {
            return noise.apply(copy.apply(measured));
        }
    }

    private static List<Check> checks(NoiseProvider provider) {
        return NoiseChecks.of(provider, Map.of("sd", SD), NoiseChecks.typicalData(), Path.of(""));
    }

    @Test
    void soundNoisePasses() {
        Findings.assertSound(checks(new Provider(double[]::clone, White::new)));
    }

    private static Arguments broken(String name, String check, Function<double[], Noise> noise) {
        return Arguments.of(name, check, new Provider(double[]::clone, noise));
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                broken(
                        "gradient with the wrong sign",
                        "misfit-gradient",
                        y ->
                                new White(y) {
                                    @Override
                                    public void gradient(double[] p, int offset, double[] out) {
                                        super.gradient(p, offset, out);
                                        out[0] = -out[0];
                                    }
                                }),
                broken(
                        "weight of sd instead of 1/sd",
                        "whitening",
                        y ->
                                new White(y) {
                                    @Override
                                    public void whiten(double[] p, double[] j, int columns) {
                                        for (int k = 0; k < j.length; k++) {
                                            j[k] *= SD;
                                        }
                                    }
                                }),
                broken(
                        "residuals with the wrong sign",
                        "residuals",
                        y ->
                                new White(y) {
                                    @Override
                                    public void residuals(double[] p, double[] out) {
                                        super.residuals(p, out);
                                        out[3] = -out[3];
                                    }
                                }),
                broken(
                        "draws 20 % too wide",
                        "sample-moments",
                        y ->
                                new White(y) {
                                    @Override
                                    double spread() {
                                        return 1.2 * SD;
                                    }
                                }),
                broken(
                        "draws off centre",
                        "sample-moments",
                        y ->
                                new White(y) {
                                    @Override
                                    public double[] sample(double[] clean, RandomStream random) {
                                        double[] drawn = super.sample(clean, random);
                                        drawn[2] += 0.2 * SD;
                                        return drawn;
                                    }
                                }),
                broken(
                        "offset that is ignored",
                        "offset",
                        y ->
                                new White(y) {
                                    @Override
                                    double residual(double[] p, int offset, int i) {
                                        return super.residual(p, 0, i);
                                    }
                                }),
                broken(
                        "NaN that vanishes",
                        "nan",
                        y ->
                                new White(y) {
                                    @Override
                                    double residual(double[] p, int offset, int i) {
                                        double r = super.residual(p, offset, i);
                                        return r != r ? 0 : r;
                                    }
                                }),
                broken(
                        "draws from its own generator",
                        "determinism",
                        y ->
                                new White(y) {
                                    private static final AtomicInteger CALLS = new AtomicInteger();

                                    @Override
                                    double spread() {
                                        return SD + 1e-9 * CALLS.incrementAndGet();
                                    }
                                }),
                broken(
                        "shared workspace",
                        "thread-safety",
                        y ->
                                new White(y) {
                                    private double kept;

                                    @Override
                                    double residual(double[] p, int offset, int i) {
                                        kept = p[offset + i];
                                        Thread.yield();
                                        return (kept - measured[i]) / SD;
                                    }
                                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void faultIsFound(String name, String check, NoiseProvider provider) {
        Findings.assertFound(checks(provider), check);
    }

    @Test
    void dataThatAreNotCopiedAreFound() {
        Findings.assertFound(
                checks(new Provider(UnaryOperator.identity(), White::new)), "inputs-untouched");
    }
}
