package org.headwater.runtime.internal;

import java.util.Optional;
import org.headwater.api.ParameterBlock;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.RandomStream;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * Draws all parameters of a problem from their prior: the field from its own, nuisance parameters
 * from their normals. A Gaussian prior is factored once, O(d³), a draw of it takes O(d²).
 */
final class PriorDraw {
    private final AssembledProblem problem;
    private final double beta;
    private final int d;

    /** L with LLᵀ = βΛ; null for a prior that draws itself, or that cannot be drawn from. */
    private final double[] factor;

    PriorDraw(AssembledProblem problem) {
        this.problem = problem;
        this.beta = problem.problem().beta();
        this.d = problem.field().dimension();
        this.factor = problem.field().quadratic().map(this::factor).orElse(null);
    }

    /** Null where Λ is singular. */
    private double[] factor(QuadraticPotential q) {
        double[] precision = new double[d * d];
        q.addHessian(precision, d);
        for (int k = 0; k < d * d; k++) {
            precision[k] *= beta;
        }
        return DenseCholesky.factor(precision, d) ? precision : null;
    }

    /** A draw; empty if the field's prior is not proper or has no exact method. */
    Optional<double[]> draw(RandomStream random) {
        Optional<double[]> field = problem.field().sample(beta, random.split(0));
        if (field.isEmpty() && factor != null) {
            field = Optional.of(gaussian(random.split(0)));
        }
        return field.map(x -> withNuisance(x, random.split(1)));
    }

    /** θ with Lᵀθ = z. */
    private double[] gaussian(RandomStream random) {
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
        return x;
    }

    private double[] withNuisance(double[] field, RandomStream random) {
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
