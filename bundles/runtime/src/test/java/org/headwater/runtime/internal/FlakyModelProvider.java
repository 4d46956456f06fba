package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.ParameterBlock;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;

/**
 * F(θ) = θ for a field of two parameters and a nuisance parameter, that fails on demand: the first
 * {@code failing} particles at their evaluations {@code from} ≤ k &lt; {@code to}, counted from 0.
 */
final class FlakyModelProvider implements ForwardModelProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "flaky",
                    "0.1.0",
                    "Fails on demand.",
                    SettingsSchema.of(
                            Setting.integer("failing", "particles").byDefault(0),
                            Setting.integer("from", "first evaluation").byDefault(0),
                            Setting.integer("to", "last evaluation + 1").byDefault(1000),
                            Setting.choice("by", "how", "nan", "throw", "memory", "linkage")
                                    .byDefault("nan")),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public SettingsSchema dataSettings() {
        return SettingsSchema.of(Setting.numbers("values", "three numbers").required());
    }

    @Override
    public ForwardModel create(Settings model, Settings data) {
        return new Flaky(
                model.integer("failing"),
                model.integer("from"),
                model.integer("to"),
                model.text("by"),
                new AtomicIntegerArray(100_000));
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        return data.numbers("values");
    }

    private record Flaky(int failing, int from, int to, String by, AtomicIntegerArray calls)
            implements ForwardModel {
        @Override
        public List<ParameterBlock> blocks() {
            return List.of(
                    new ParameterBlock(
                            "field", List.of("a", "b"), "", new double[2], new FieldShape(2), null),
                    new ParameterBlock(
                            "offset",
                            List.of("c"),
                            "V",
                            new double[] {1},
                            new FieldShape(1),
                            new double[] {0.5}));
        }

        @Override
        public int dataSize() {
            return 3;
        }

        @Override
        public Evaluator evaluator() {
            return new Evaluator() {
                @Override
                public void predict(Ensemble theta, int first, int last, double[] predicted) {
                    System.arraycopy(
                            theta.data(), 3 * first, predicted, 3 * first, 3 * (last - first));
                }

                @Override
                public void gradient(
                        Ensemble theta,
                        int first,
                        int last,
                        Cotangent misfit,
                        double[] predicted,
                        double[] gradient) {
                    predict(theta, first, last, predicted);
                    double[] g = new double[3];
                    for (int i = first; i < last; i++) {
                        int call = calls.getAndIncrement(i);
                        if (i < failing && call >= from && call < to) {
                            fail(predicted, i);
                        }
                        misfit.at(i, predicted, 3 * i, g);
                        System.arraycopy(g, 0, gradient, 3 * i, 3);
                    }
                }

                @Override
                public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
                    System.arraycopy(theta, 0, predicted, 0, 3);
                    Arrays.fill(jacobian, 0);
                    jacobian[0] = 1;
                    jacobian[4] = 1;
                    jacobian[8] = 1;
                }
            };
        }

        private void fail(double[] predicted, int i) {
            switch (by) {
                case "throw" -> throw new ArithmeticException("singular matrix");
                case "memory" -> throw new OutOfMemoryError("test");
                case "linkage" -> throw new NoClassDefFoundError("test");
                default -> predicted[3 * i + 1] = Double.NaN;
            }
        }
    }
}
