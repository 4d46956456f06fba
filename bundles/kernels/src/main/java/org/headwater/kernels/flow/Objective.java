package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;

/** A potential V with its gradient, of the unnormalised density e^{−V} that a flow is to draw. */
public interface Objective {
    /**
     * V and ∇V of all points.
     *
     * @param x n × d, not modified
     * @param value V, n values, modified; not finite where it is not defined
     * @param gradient ∇V, n × d, modified
     * @param failed n flags, modified: where the forward model failed
     * @return the number of points at which the forward model failed
     */
    int evaluate(Ensemble x, double[] value, Ensemble gradient, boolean[] failed);

    /** V_w of a read-out plus a constant. */
    static Objective of(KernelReadout readout, double constant, Workers workers) {
        return (x, value, gradient, failed) -> {
            Arrays.fill(failed, 0, x.size(), false);
            workers.forRanges(
                    x.size(),
                    GRAIN,
                    (from, to) -> {
                        for (int i = from; i < to; i++) {
                            value[i] =
                                    constant
                                            + readout.potential(
                                                    x.data(),
                                                    x.offset(i),
                                                    gradient.data(),
                                                    gradient.offset(i));
                        }
                    });
            return 0;
        };
    }

    /** Points that a task takes at a time. */
    int GRAIN = 16;

    /**
     * V = β(f + ψ). Where ψ has kinks its gradient is that of its Moreau envelope with so small a
     * smoothing that only draws within 1e-6 of a standard deviation of a kink see it.
     *
     * @param sd standard deviations of the posterior, roughly, d values
     */
    static Objective of(Problem problem, double[] sd, Workers workers) {
        return new PosteriorPotential(problem, sd, workers);
    }

    /** V = β(f + ψ). */
    final class PosteriorPotential implements Objective {
        private static final double SMOOTHING = 1e-6;

        private final Problem problem;
        private final Workers workers;
        private final double[] mu;
        private final int d;

        private PosteriorPotential(Problem problem, double[] sd, Workers workers) {
            this.problem = problem;
            this.workers = workers;
            this.d = sd.length;
            double least = Arrays.stream(sd).min().orElse(1);
            mu = new double[d];
            for (int j = 0; j < d; j++) {
                double scale = problem.prior() instanceof SeparablePrior ? sd[j] : least;
                mu[j] = SMOOTHING * scale * scale;
            }
        }

        @Override
        public int evaluate(Ensemble x, double[] value, Ensemble gradient, boolean[] failed) {
            int count = problem.target().evaluate(x, value, gradient, failed);
            workers.forRanges(
                    x.size(), GRAIN, (from, to) -> addPrior(x, value, gradient, failed, from, to));
            return count;
        }

        private void addPrior(
                Ensemble x, double[] value, Ensemble gradient, boolean[] failed, int from, int to) {
            Prior prior = problem.prior();
            Ensemble z = Ensemble.of(to - from, d, Arrays.copyOfRange(x.data(), from * d, to * d));
            if (prior instanceof SeparablePrior separable) {
                double[] column = new double[to - from];
                for (int j = 0; j < d; j++) {
                    for (int i = 0; i < column.length; i++) {
                        column[i] = z.get(i, j);
                    }
                    separable.proxCoordinate(j, mu[j], column, column);
                    for (int i = 0; i < column.length; i++) {
                        z.data()[i * d + j] = column[i];
                    }
                }
            } else {
                prior.prox(z, mu[0], z);
            }
            double beta = problem.beta();
            for (int i = from; i < to; i++) {
                if (failed[i]) {
                    continue;
                }
                value[i] = beta * (value[i] + prior.potential(x.data(), i * d));
                for (int j = 0; j < d; j++) {
                    int at = i * d + j;
                    double slope = (x.data()[at] - z.get(i - from, j)) / mu[j];
                    gradient.data()[at] = beta * (gradient.data()[at] + slope);
                }
            }
        }
    }
}
