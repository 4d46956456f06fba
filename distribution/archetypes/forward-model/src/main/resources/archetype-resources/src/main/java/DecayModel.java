package ${package};

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;

/**
 * F_i(θ) = exp(θ_0 − e^{θ_1} t_i): a decay with the amplitude e^{θ_0} and the rate e^{θ_1}.
 * Immutable; parameters for which it overflows give infinity, which the platform takes as a failure.
 */
final class DecayModel implements ForwardModel {
    private static final int D = 2;

    private final double[] times;

    DecayModel(double[] times) {
        this.times = times.clone();
    }

    @Override
    public List<ParameterBlock> blocks() {
        return List.of(
                new ParameterBlock(
                        "decay",
                        List.of("log-amplitude", "log-rate"),
                        "",
                        new double[D],
                        new FieldShape(D),
                        null));
    }

    @Override
    public int dataSize() {
        return times.length;
    }

    @Override
    public Evaluator evaluator() {
        return new Decay();
    }

    /** Each thread has its own; the cotangent is its only workspace. */
    private final class Decay implements Evaluator {
        private final int m = times.length;
        private final double[] cotangent = new double[m];

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            for (int i = from; i < to; i++) {
                predict(theta.data(), i * D, predicted, i * m);
            }
        }

        private void predict(double[] theta, int offset, double[] out, int at) {
            double rate = Math.exp(theta[offset + 1]);
            for (int k = 0; k < m; k++) {
                out[at + k] = Math.exp(theta[offset] - rate * times[k]);
            }
        }

        /** ∂F/∂θ_0 = F and ∂F/∂θ_1 = −e^{θ_1} t F. */
        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            for (int i = from; i < to; i++) {
                predict(theta.data(), i * D, predicted, i * m);
                misfit.at(i, predicted, i * m, cotangent);
                double rate = Math.exp(theta.get(i, 1));
                double amplitude = 0;
                double decay = 0;
                for (int k = 0; k < m; k++) {
                    double pull = cotangent[k] * predicted[i * m + k];
                    amplitude += pull;
                    decay -= rate * times[k] * pull;
                }
                gradient[i * D] = amplitude;
                gradient[i * D + 1] = decay;
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            predict(theta, 0, predicted, 0);
            double rate = Math.exp(theta[1]);
            for (int k = 0; k < m; k++) {
                jacobian[k * D] = predicted[k];
                jacobian[k * D + 1] = -rate * times[k] * predicted[k];
            }
        }
    }
}
