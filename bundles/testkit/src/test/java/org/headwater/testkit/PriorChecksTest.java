package org.headwater.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.Settings;
import org.headwater.api.Synthesis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check passes a sound prior, and finds the fault that it is for. */
class PriorChecksTest {
    private static final FieldShape SHAPE = new FieldShape(RidgePrior.D);

    private static List<Check> checks(PriorProvider provider) {
        return PriorChecks.of(provider, Map.of("weight", 1), SHAPE, Path.of(""));
    }

    @Test
    void soundPriorPasses() {
        Findings.assertSound(checks(new RidgePrior.Provider()));
    }

    @Test
    void settingsThatDoNotFitAreTheCallersMistake() {
        assertThrows(
                InvalidInputException.class,
                () -> PriorChecks.of(new RidgePrior.Provider(), Map.of(), SHAPE, Path.of("")));
    }

    private static Arguments broken(String name, String check, Prior prior) {
        return Arguments.of(name, check, prior);
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                broken("prox 1e-4 too large", "prox-optimality", new Scaled(1.0001)),
                broken("prox with the wrong sign", "prox-optimality", new Scaled(-1)),
                broken("prox that is no minimiser", "prox-subgradient", new Scaled(1.001)),
                broken("prox that expands", "prox-firmly-non-expansive", new Scaled(2)),
                broken("prox of another potential", "moreau-gradient", new Scaled(1.05)),
                broken(
                        "rows that know each other",
                        "prox-rows",
                        new RidgePrior() {
                            @Override
                            public void prox(Ensemble y, double t, Ensemble out) {
                                super.prox(y, t, out);
                                out.data()[0] += 1e-15 * y.size();
                            }
                        }),
                broken(
                        "prox that cannot work in place",
                        "prox-rows",
                        new RidgePrior() {
                            @Override
                            public void prox(Ensemble y, double t, Ensemble out) {
                                Arrays.fill(out.data(), 0);
                                super.prox(y, t, out);
                            }
                        }),
                broken(
                        "input that is changed",
                        "inputs-untouched",
                        new RidgePrior() {
                            @Override
                            public void prox(Ensemble y, double t, Ensemble out) {
                                super.prox(y, t, out);
                                y.data()[1] = 0;
                            }
                        }),
                broken(
                        "offset that is ignored",
                        "inputs-untouched",
                        new RidgePrior() {
                            @Override
                            public double potential(double[] x, int offset) {
                                return super.potential(x, 0);
                            }
                        }),
                broken(
                        "negative curvature",
                        "scales",
                        new RidgePrior() {
                            @Override
                            public double curvature(int coordinate) {
                                return -1;
                            }
                        }),
                broken(
                        "coordinate prox off",
                        "separable-prox",
                        new RidgePrior() {
                            @Override
                            public void proxCoordinate(
                                    int coordinate, double t, double[] y, double[] out) {
                                super.proxCoordinate(coordinate, 2 * t, y, out);
                            }
                        }),
                broken("log-normaliser without its constant", "separable-kernel", kernel(1, 0, 0)),
                broken("mean off", "separable-kernel", kernel(0, 1e-5, 0)),
                broken("variance off", "separable-kernel", kernel(0, 0, 1e-5)),
                broken("synthesis without inverse", "synthesis-inverse", synthesis(2, 1)),
                broken("synthesis without adjoint", "synthesis-adjoint", synthesis(1, 2)),
                broken(
                        "synthesis of another potential",
                        "synthesis-potential",
                        new RidgePrior() {
                            @Override
                            public double potential(double[] x, int offset) {
                                return 2 * super.potential(x, offset);
                            }
                        }),
                broken(
                        "another quadratic form",
                        "quadratic",
                        new RidgePrior() {
                            @Override
                            public Optional<QuadraticPotential> quadratic() {
                                return Optional.of(QuadraticPotential.diagonal(new double[D]));
                            }
                        }),
                broken(
                        "NaN that vanishes",
                        "nan",
                        new RidgePrior() {
                            @Override
                            double shrink(double y, double t) {
                                return y != y ? 0 : super.shrink(y, t);
                            }
                        }),
                broken(
                        "sizes that are not looked at",
                        "wrong-shape",
                        new RidgePrior() {
                            @Override
                            public void prox(Ensemble y, double t, Ensemble out) {
                                for (int k = 0; k < out.size() * D; k++) {
                                    out.data()[k] = shrink(y.data()[k], t);
                                }
                            }
                        }),
                broken(
                        "result that depends on earlier calls",
                        "determinism",
                        new RidgePrior() {
                            private final AtomicInteger calls = new AtomicInteger();

                            @Override
                            double shrink(double y, double t) {
                                return super.shrink(y, t) + 1e-12 * calls.incrementAndGet();
                            }
                        }),
                broken(
                        "shared workspace",
                        "thread-safety",
                        new RidgePrior() {
                            private double kept;

                            @Override
                            double shrink(double y, double t) {
                                kept = y;
                                Thread.yield();
                                return super.shrink(kept, t);
                            }
                        }),
                broken(
                        "exception",
                        "prox-optimality",
                        new RidgePrior() {
                            @Override
                            public void prox(Ensemble y, double t, Ensemble out) {
                                throw new UnsupportedOperationException("not today");
                            }
                        }));
    }

    private static Prior kernel(double logShift, double meanShift, double varianceShift) {
        return new RidgePrior() {
            @Override
            public void kernel(
                    int coordinate,
                    double time,
                    double beta,
                    double[] y,
                    double[] logNormaliser,
                    double[] mean,
                    double[] variance) {
                super.kernel(coordinate, time, beta, y, logNormaliser, mean, variance);
                for (int k = 0; k < y.length; k++) {
                    logNormaliser[k] += logShift;
                    mean[k] += meanShift;
                    variance[k] += varianceShift;
                }
            }
        };
    }

    private static Prior synthesis(double inverse, double adjoint) {
        return new RidgePrior() {
            @Override
            public Optional<Synthesis> synthesis() {
                return Optional.of(
                        new Reversal() {
                            @Override
                            public void analyse(double[] x, int from, double[] u, int to) {
                                super.analyse(x, from, u, to);
                                u[to] *= inverse;
                            }

                            @Override
                            public void adjoint(double[] g, int from, double[] u, int to) {
                                super.adjoint(g, from, u, to);
                                u[to] *= adjoint;
                            }
                        });
            }
        };
    }

    /** The prox by a factor. */
    private static final class Scaled extends RidgePrior {
        private final double factor;

        Scaled(double factor) {
            this.factor = factor;
        }

        @Override
        double shrink(double y, double t) {
            return factor * super.shrink(y, t);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void faultIsFound(String name, String check, Prior prior) {
        Findings.assertFound(PriorChecks.of(prior), check);
    }

    @Test
    void separableInNameOnlyIsFound() {
        RidgePrior of = new RidgePrior();
        Prior prior =
                new Prior() {
                    @Override
                    public int dimension() {
                        return of.dimension();
                    }

                    @Override
                    public Structure structure() {
                        return Structure.SEPARABLE;
                    }

                    @Override
                    public double potential(double[] x, int offset) {
                        return of.potential(x, offset);
                    }

                    @Override
                    public void prox(Ensemble y, double t, Ensemble out) {
                        of.prox(y, t, out);
                    }
                };
        Findings.assertFound(PriorChecks.of(prior), "structure");
    }

    @Test
    void faultsOfTheProviderAreFound() {
        Findings.assertFound(
                checks(
                        new RidgePrior.Provider() {
                            @Override
                            public PluginInfo info() {
                                PluginInfo i = super.info();
                                return new PluginInfo(
                                        "Ridge Prior", i.version(), i.summary(), i.settings(), "");
                            }
                        }),
                "self-description");
        Findings.assertFound(
                PriorChecks.of(
                        new RidgePrior.Provider() {
                            @Override
                            public Prior create(Settings settings, FieldShape shape) {
                                return new RidgePrior();
                            }
                        },
                        Map.of("weight", List.of(1, 1, 1, 1, 1)),
                        SHAPE,
                        Path.of("")),
                "wrong-settings");
        Findings.assertFound(
                PriorChecks.of(
                        new RidgePrior.Provider() {
                            @Override
                            public Prior create(Settings settings, FieldShape shape) {
                                return new RidgePrior();
                            }
                        },
                        Map.of("weight", 1),
                        new FieldShape(3),
                        Path.of("")),
                "dimension");
    }

    /** A prox that never ends is reported, and the checks after it are not run. */
    @Test
    void hangingPluginIsReported() {
        CountDownLatch never = new CountDownLatch(1);
        Prior hanging =
                new RidgePrior() {
                    @Override
                    public void prox(Ensemble y, double t, Ensemble out) {
                        while (never.getCount() > 0) {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                continue;
                            }
                        }
                    }
                };
        try {
            List<Finding> findings =
                    Check.runAll(PriorChecks.of(hanging), Duration.ofMillis(200), f -> {});
            assertEquals(Finding.Status.TIMED_OUT, findings.get(0).status());
            for (Finding f : findings.subList(1, findings.size())) {
                assertEquals(Finding.Status.NOT_RUN, f.status());
            }
        } finally {
            never.countDown();
        }
    }
}
