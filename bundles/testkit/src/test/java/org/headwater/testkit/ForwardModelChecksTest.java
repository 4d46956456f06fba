package org.headwater.testkit;

import java.util.List;
import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check passes a sound model, and finds the fault that it is for. */
class ForwardModelChecksTest {
    private static final int D = CurveModel.D;
    private static final int M = CurveModel.M;

    @Test
    void soundModelPasses() {
        Findings.assertSound(ForwardModelChecks.of(new CurveModel()));
    }

    private static Arguments broken(String name, String check, ForwardModel.Evaluator evaluator) {
        return Arguments.of(
                name,
                check,
                new CurveModel() {
                    @Override
                    public Evaluator evaluator() {
                        return evaluator;
                    }
                });
    }

    /** A gradient that {@code change} spoils after it was computed. */
    private static class Gradient extends CurveModel.Curve {
        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                ForwardModel.Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            super.gradient(theta, from, to, misfit, predicted, gradient);
            change(theta, from, to, predicted, gradient);
        }

        void change(Ensemble theta, int from, int to, double[] predicted, double[] gradient) {
            for (int k = from * D; k < to * D; k++) {
                gradient[k] = -gradient[k];
            }
        }
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                broken("gradient with the wrong sign", "gradient-slope", new Gradient()),
                broken(
                        "gradient 1e-4 too large",
                        "gradient-slope",
                        new Gradient() {
                            @Override
                            void change(Ensemble theta, int from, int to, double[] p, double[] g) {
                                for (int k = from * D; k < to * D; k++) {
                                    g[k] *= 1.0001;
                                }
                            }
                        }),
                broken(
                        "Jacobian of column order",
                        "jacobian-slope",
                        new CurveModel.Curve() {
                            @Override
                            public void jacobian(double[] theta, double[] p, double[] jacobian) {
                                double[] j = new double[M * D];
                                super.jacobian(theta, p, j);
                                for (int i = 0; i < M; i++) {
                                    jacobian[i] = j[i * D];
                                    jacobian[M + i] = j[i * D + 1];
                                }
                            }
                        }),
                broken("gradient that is no adjoint", "adjoint", new Gradient()),
                broken(
                        "predictions that differ",
                        "one-prediction",
                        new Gradient() {
                            @Override
                            void change(Ensemble theta, int from, int to, double[] p, double[] g) {
                                p[from * M] += 1e-6;
                            }
                        }),
                broken(
                        "result that depends on the place",
                        "batches",
                        new Gradient() {
                            @Override
                            void change(Ensemble theta, int from, int to, double[] p, double[] g) {
                                g[from * D] += 1e-14;
                            }
                        }),
                broken(
                        "rows beyond the range",
                        "batches",
                        new Gradient() {
                            @Override
                            void change(Ensemble theta, int from, int to, double[] p, double[] g) {
                                g[g.length - 1] += to < theta.size() ? 1 : 0;
                            }
                        }),
                broken(
                        "parameters that are changed",
                        "inputs-untouched",
                        new Gradient() {
                            @Override
                            void change(Ensemble theta, int from, int to, double[] p, double[] g) {
                                theta.data()[0] = 0;
                            }
                        }),
                broken(
                        "NaN that vanishes",
                        "nan",
                        new CurveModel.Curve() {
                            @Override
                            void row(double[] theta, int offset, double[] out, int to) {
                                super.row(theta, offset, out, to);
                                for (int i = 0; i < M; i++) {
                                    out[to + i] = out[to + i] != out[to + i] ? 0 : out[to + i];
                                }
                            }
                        }),
                broken(
                        "exception for absurd parameters",
                        "absurd-parameters",
                        new CurveModel.Curve() {
                            @Override
                            void row(double[] theta, int offset, double[] out, int to) {
                                if (Math.abs(theta[offset]) > 50) {
                                    throw new ArithmeticException("diverged");
                                }
                                super.row(theta, offset, out, to);
                            }
                        }),
                broken(
                        "evaluator that remembers",
                        "determinism",
                        new CurveModel.Curve() {
                            private double before;

                            @Override
                            void row(double[] theta, int offset, double[] out, int to) {
                                super.row(theta, offset, out, to);
                                out[to] += 1e-12 * before;
                                before = theta[offset];
                            }
                        }),
                broken(
                        "evaluators that share a workspace",
                        "thread-safety",
                        new CurveModel.Curve() {
                            private double kept;

                            @Override
                            void row(double[] theta, int offset, double[] out, int to) {
                                kept = theta[offset];
                                Thread.yield();
                                super.row(theta, offset, out, to);
                                out[to] += kept;
                            }
                        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void faultIsFound(String name, String check, ForwardModel model) {
        Findings.assertFound(ForwardModelChecks.of(model), check);
    }

    @Test
    void falseClaimOfLinearityIsFound() {
        ForwardModel model =
                new CurveModel() {
                    @Override
                    public boolean isLinear() {
                        return true;
                    }
                };
        Findings.assertFound(ForwardModelChecks.of(model), "linear");
    }

    @Test
    void fieldThatIsNotFirstIsFound() {
        ForwardModel model =
                new CurveModel() {
                    @Override
                    public List<ParameterBlock> blocks() {
                        return List.of(super.blocks().get(1), super.blocks().get(0));
                    }
                };
        Findings.assertFound(ForwardModelChecks.of(model), "blocks");
    }
}
