package org.headwater.model.umbridge.internal;

import java.util.Arrays;
import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;

/**
 * A model behind an UM-Bridge server. Derivatives come from the server's Gradient, or else from its
 * ApplyJacobian, or from central differences. Requests for a gradient: one with Gradient (times the
 * numbers of input and output vectors), d with ApplyJacobian, 2d evaluations with differences.
 */
final class UmBridgeModel implements ForwardModel {
    private final ServerModel server;
    private final int batch;
    private final double step;
    private final List<ParameterBlock> blocks;

    /**
     * @param batch particles that are sent together
     * @param step of central differences over max(1, |θ_j|), or 0 to use the server's derivatives
     * @param initial where solvers start, d values
     */
    UmBridgeModel(ServerModel server, int batch, double step, double[] initial) {
        this.server = server;
        this.batch = batch;
        this.step = step;
        blocks =
                List.of(
                        new ParameterBlock(
                                "field",
                                server.inputNames(),
                                "",
                                initial,
                                new FieldShape(server.inputs()),
                                null));
    }

    @Override
    public List<ParameterBlock> blocks() {
        return blocks;
    }

    @Override
    public int dataSize() {
        return server.outputs();
    }

    @Override
    public int preferredBatch() {
        return batch;
    }

    @Override
    public Evaluator evaluator() {
        return new Requests();
    }

    /** Keeps nothing but scratch arrays. */
    private final class Requests implements Evaluator {
        private final int d = server.inputs();
        private final int m = server.outputs();
        private final double[] cotangent = new double[m];

        /** One particle alone fails with the server's message, one of several with NaN. */
        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            ServerException[] failures =
                    server.evaluate(
                            theta.data(), theta.offset(from), to - from, predicted, from * m);
            if (to - from == 1 && failures[0] != null) {
                throw failures[0];
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
            predict(theta, from, to, predicted);
            for (int i = from; i < to; i++) {
                if (Double.isNaN(predicted[i * m])) {
                    Arrays.fill(gradient, i * d, (i + 1) * d, Double.NaN);
                    continue;
                }
                misfit.at(i, predicted, i * m, cotangent);
                if (step == 0 && server.hasGradient()) {
                    server.gradients(theta.data(), theta.offset(i), cotangent, 1, gradient, i * d);
                } else {
                    double[] columns = columns(theta.data(), theta.offset(i));
                    for (int j = 0; j < d; j++) {
                        double sum = 0;
                        for (int k = 0; k < m; k++) {
                            sum += cotangent[k] * columns[j * m + k];
                        }
                        gradient[i * d + j] = sum;
                    }
                }
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            predict(Ensemble.of(1, d, theta), 0, 1, predicted);
            boolean rows =
                    step == 0 && server.hasGradient() && !(server.hasApplyJacobian() && d < m);
            if (rows) {
                double[] units = new double[m * m];
                for (int k = 0; k < m; k++) {
                    units[k * m + k] = 1;
                }
                server.gradients(theta, 0, units, m, jacobian, 0);
                return;
            }
            double[] columns = columns(theta, 0);
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < m; k++) {
                    jacobian[k * d + j] = columns[j * m + k];
                }
            }
        }

        /** The transposed Jacobian, d × m. */
        private double[] columns(double[] theta, int offset) {
            double[] columns = new double[d * m];
            if (step == 0) {
                server.columns(theta, offset, columns);
                return columns;
            }
            double[] points = new double[2 * d * d];
            double[] steps = new double[d];
            for (int j = 0; j < d; j++) {
                steps[j] = step * Math.max(1, Math.abs(theta[offset + j]));
                for (int side = 0; side < 2; side++) {
                    int at = (2 * j + side) * d;
                    System.arraycopy(theta, offset, points, at, d);
                    points[at + j] += side == 0 ? steps[j] : -steps[j];
                }
            }
            double[] values = new double[2 * d * m];
            for (ServerException e : server.evaluate(points, 0, 2 * d, values, 0)) {
                if (e != null) {
                    throw e;
                }
            }
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < m; k++) {
                    double difference = values[2 * j * m + k] - values[(2 * j + 1) * m + k];
                    columns[j * m + k] = difference / (2 * steps[j]);
                }
            }
            return columns;
        }
    }
}
