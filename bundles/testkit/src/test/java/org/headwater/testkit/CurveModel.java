package org.headwater.testkit;

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;

/** F_i(θ) = exp(θ_0·t_i) + θ_1·t_i, a sound model whose methods the tests spoil. */
class CurveModel implements ForwardModel {
    static final int M = 6;
    static final int D = 2;

    @Override
    public List<ParameterBlock> blocks() {
        return List.of(
                new ParameterBlock(
                        "field", List.of("rate"), "", new double[1], new FieldShape(1), null),
                new ParameterBlock(
                        "offset",
                        List.of("drift"),
                        "",
                        new double[] {0.3},
                        new FieldShape(1),
                        new double[] {0.5}));
    }

    @Override
    public int dataSize() {
        return M;
    }

    @Override
    public Evaluator evaluator() {
        return new Curve();
    }

    static double time(int i) {
        return 0.2 * (i + 1);
    }

    static class Curve implements Evaluator {
        void row(double[] theta, int offset, double[] out, int to) {
            for (int i = 0; i < M; i++) {
                out[to + i] = Math.exp(theta[offset] * time(i)) + theta[offset + 1] * time(i);
            }
        }

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            for (int k = from; k < to; k++) {
                row(theta.data(), k * D, predicted, k * M);
            }
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            double[] g = new double[M];
            for (int k = from; k < to; k++) {
                row(theta.data(), k * D, predicted, k * M);
                misfit.at(k, predicted, k * M, g);
                gradient[k * D] = 0;
                gradient[k * D + 1] = 0;
                for (int i = 0; i < M; i++) {
                    double slope = time(i) * Math.exp(theta.get(k, 0) * time(i));
                    gradient[k * D] += g[i] * slope;
                    gradient[k * D + 1] += g[i] * time(i);
                }
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            row(theta, 0, predicted, 0);
            for (int i = 0; i < M; i++) {
                jacobian[i * D] = time(i) * Math.exp(theta[0] * time(i));
                jacobian[i * D + 1] = time(i);
            }
        }
    }
}
