package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.runtime.ProblemFunctions;

/** The functions of an assembled problem; an evaluator a call, as callers may be many. */
record AssembledFunctions(AssembledProblem problem) implements ProblemFunctions {
    @Override
    public String name() {
        return problem.plan().name();
    }

    @Override
    public int parameters() {
        return problem.model().dimension();
    }

    @Override
    public int data() {
        return problem.model().dataSize();
    }

    @Override
    public double[] predict(double[] theta) {
        double[] predicted = new double[data()];
        problem.target().predict(point(theta), predicted);
        return predicted;
    }

    @Override
    public double[] pullback(double[] theta, double[] sensitivity) {
        double[] predicted = new double[data()];
        double[] gradient = new double[parameters()];
        evaluator()
                .gradient(
                        point(theta),
                        0,
                        1,
                        (particle, p, offset, out) ->
                                System.arraycopy(sensitivity, 0, out, 0, sensitivity.length),
                        predicted,
                        gradient);
        return gradient;
    }

    @Override
    public double[] pushforward(double[] theta, double[] direction) {
        int d = parameters();
        int m = data();
        double[] jacobian = new double[m * d];
        evaluator().jacobian(theta.clone(), new double[m], jacobian);
        double[] out = new double[m];
        for (int k = 0; k < m; k++) {
            for (int j = 0; j < d; j++) {
                out[k] += jacobian[k * d + j] * direction[j];
            }
        }
        return out;
    }

    @Override
    public double logDensity(double[] theta) {
        double prior = problem.problem().prior().potential(theta, 0);
        if (prior == Double.POSITIVE_INFINITY) {
            return Double.NEGATIVE_INFINITY;
        }
        double[] misfit = new double[1];
        problem.target()
                .evaluate(point(theta), misfit, Ensemble.zeros(1, parameters()), new boolean[1]);
        return -problem.problem().beta() * (misfit[0] + prior);
    }

    @Override
    public Optional<double[]> logDensityGradient(double[] theta) {
        if (!problem.isSmooth()) {
            return Optional.empty();
        }
        Ensemble gradient = Ensemble.zeros(1, parameters());
        boolean[] failed = new boolean[1];
        problem.target().evaluate(point(theta), new double[1], gradient, failed);
        double[] g = gradient.data();
        if (failed[0]) {
            Arrays.fill(g, Double.NaN);
        }
        double beta = problem.problem().beta();
        return Optional.of(Arrays.stream(g).map(v -> -beta * v).toArray());
    }

    private static Ensemble point(double[] theta) {
        return Ensemble.of(1, theta.length, theta.clone());
    }

    private ForwardModel.Evaluator evaluator() {
        return problem.model().evaluator();
    }
}
