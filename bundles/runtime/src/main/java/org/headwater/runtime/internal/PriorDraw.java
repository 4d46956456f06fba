package org.headwater.runtime.internal;

import java.util.Optional;
import org.headwater.api.ParameterBlock;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.RandomStream;
import org.headwater.kernels.dense.DenseCholesky;

/** Draws all parameters of a problem from their prior. */
final class PriorDraw {
    private PriorDraw() {}

    /**
     * A draw: the field from its prior, nuisance parameters from their normals; empty if the
     * field's prior is not proper or cannot be drawn from. O(d³) for a Gaussian prior.
     */
    static Optional<double[]> of(AssembledProblem problem, RandomStream random) {
        double beta = problem.problem().beta();
        Optional<double[]> field = problem.field().sample(beta, random.split(0));
        if (field.isEmpty()) {
            int d = problem.field().dimension();
            field = problem.field().quadratic().flatMap(q -> gaussian(q, d, beta, random.split(0)));
        }
        return field.map(x -> withNuisance(problem, x, beta, random.split(1)));
    }

    /** θ with Lᵀθ = z, LLᵀ = βΛ; empty where Λ is singular. */
    private static Optional<double[]> gaussian(
            QuadraticPotential q, int d, double beta, RandomStream random) {
        double[] factor = new double[d * d];
        q.addHessian(factor, d);
        for (int k = 0; k < d * d; k++) {
            factor[k] *= beta;
        }
        if (!DenseCholesky.factor(factor, d)) {
            return Optional.empty();
        }
        double[] x = new double[d];
        for (int j = 0; j < d; j++) {
            x[j] = random.gaussian();
        }
        for (int j = d - 1; j >= 0; j--) {
            for (int k = j + 1; k < d; k++) {
                x[j] -= factor[k * d + j] * x[k];
            }
            x[j] /= factor[j * d + j];
        }
        return Optional.of(x);
    }

    private static double[] withNuisance(
            AssembledProblem problem, double[] field, double beta, RandomStream random) {
        double[] theta = new double[problem.model().dimension()];
        System.arraycopy(field, 0, theta, 0, field.length);
        int j = field.length;
        for (ParameterBlock block : problem.model().blocks()) {
            for (int i = 0; i < block.size() && !block.isField(); i++) {
                double z = random.gaussian() / Math.sqrt(beta);
                theta[j++] = block.initial()[i] + block.sd()[i] * z;
            }
        }
        return theta;
    }
}
