package org.headwater.runtime.internal;

import java.util.List;
import java.util.stream.IntStream;
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
 * y_i = g(θ_i) with {@code g} a square, so that the signs of the parameters are not known and there
 * are several modes, or an exponential, which has one.
 */
final class CurvedModelProvider implements ForwardModelProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "curved",
                    "0.1.0",
                    "A nonlinear function of each parameter.",
                    SettingsSchema.of(
                            Setting.choice("g", "which", "square", "exp").byDefault("square")),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public SettingsSchema dataSettings() {
        return SettingsSchema.of(Setting.numbers("values", "one for each parameter").required());
    }

    @Override
    public ForwardModel create(Settings model, Settings data) {
        return new Curved(data.numbers("values").length, model.text("g").equals("square"));
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        return data.numbers("values");
    }

    private record Curved(int d, boolean square) implements ForwardModel {
        @Override
        public List<ParameterBlock> blocks() {
            double[] initial = new double[d];
            java.util.Arrays.fill(initial, 0.5);
            List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + (j + 1)).toList();
            return List.of(
                    new ParameterBlock("field", names, "", initial, new FieldShape(d), null));
        }

        @Override
        public int dataSize() {
            return d;
        }

        private double value(double x) {
            return square ? x * x : Math.exp(x);
        }

        private double slope(double x) {
            return square ? 2 * x : Math.exp(x);
        }

        @Override
        public Evaluator evaluator() {
            return new Evaluator() {
                @Override
                public void predict(Ensemble theta, int first, int last, double[] predicted) {
                    for (int k = first * d; k < last * d; k++) {
                        predicted[k] = value(theta.data()[k]);
                    }
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
                    double[] g = new double[d];
                    for (int i = first; i < last; i++) {
                        misfit.at(i, predicted, i * d, g);
                        for (int j = 0; j < d; j++) {
                            gradient[i * d + j] = g[j] * slope(theta.get(i, j));
                        }
                    }
                }

                @Override
                public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
                    java.util.Arrays.fill(jacobian, 0);
                    for (int j = 0; j < d; j++) {
                        predicted[j] = value(theta[j]);
                        jacobian[j * d + j] = slope(theta[j]);
                    }
                }
            };
        }
    }
}
