package org.headwater.solver.rwpo.internal;

import java.util.Arrays;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;

/**
 * Exact Gibbs sampling of the Bayesian lasso, by inverse-Gaussian scale mixtures (Park and Casella,
 * JASA 103, 2008): an independent truth.
 */
final class LassoGibbs {
    private LassoGibbs() {}

    static Moments sample(Quadratic f, double lambda, int sweeps, KeyedRandom random) {
        int d = f.d;
        double[] tau = new double[d];
        Arrays.fill(tau, 1);
        double[] mean = new double[d];
        double[][] second = new double[d][d];
        int burn = 500;
        for (int sweep = -burn; sweep < sweeps; sweep++) {
            double[] l = f.h.clone();
            for (int j = 0; j < d; j++) {
                l[j * d + j] += 1 / tau[j];
            }
            DenseCholesky.factor(l, d);
            double[] x = f.b.clone();
            DenseCholesky.solveLower(l, d, x, 1);
            for (int j = 0; j < d; j++) {
                x[j] += random.gaussian();
            }
            DenseCholesky.solveUpper(l, d, x, 1);
            for (int j = 0; j < d; j++) {
                tau[j] = 1 / inverseGaussian(lambda / Math.abs(x[j]), lambda * lambda, random);
            }
            if (sweep >= 0) {
                for (int j = 0; j < d; j++) {
                    mean[j] += x[j] / sweeps;
                    for (int k = 0; k < d; k++) {
                        second[j][k] += x[j] * x[k] / sweeps;
                    }
                }
            }
        }
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                second[j][k] -= mean[j] * mean[k];
            }
        }
        return Moments.ofCovariance(mean, second);
    }

    /** Michael, Schucany and Haas, The American Statistician 30, 1976, in a stable form. */
    private static double inverseGaussian(double mu, double shape, KeyedRandom random) {
        double z = random.gaussian();
        double w = mu * z * z / (2 * shape);
        double x = mu / (1 + w + Math.sqrt(w * (2 + w)));
        return random.uniform() <= mu / (mu + x) ? x : mu * mu / x;
    }
}
