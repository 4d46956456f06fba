package org.headwater.solver.langevin.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;
import org.headwater.kernels.dense.PowerMethod;

/**
 * U = f + ψ and the smoothed V = f + ψ^μ with its drift v = −∇V, where
 *
 * <pre>
 * ψ^μ(x) = min_z ψ(z) + Σ (x_j − z_j)²/(2μ_j),   ∇ψ^μ(x)_j = (x_j − prox(x)_j)/μ_j
 * </pre>
 *
 * is the Moreau envelope of ψ, finite even where ψ is not. Its μ_j are .05 of the Laplace
 * approximation's variances, coordinate by coordinate for a separable ψ, else of their median for
 * all. A quadratic ψ needs no envelope: there V = U.
 */
final class Potential {
    /** μ_j relative to a variance: λ√variance is at most √2, so that V − U is at most .05 each. */
    static final double SMOOTHING = 0.05;

    private static final int GRAIN = 8;
    private static final int POWER_STEPS = 50;

    private final Problem problem;
    private final Workers workers;
    private final double[] mu;
    private final int d;

    /**
     * For given μ_j.
     *
     * @param mu d values, all the same for a ψ that is not separable
     */
    Potential(Problem problem, double[] mu, Workers workers) {
        this.problem = problem;
        this.mu = mu;
        this.workers = workers;
        this.d = problem.dimension();
    }

    /** μ_j for posterior standard deviations of about sd. */
    static double[] smoothing(Prior prior, double[] sd) {
        int d = sd.length;
        double[] mu = new double[d];
        double[] sorted = sd.clone();
        Arrays.sort(sorted);
        for (int j = 0; j < d; j++) {
            double scale = prior instanceof SeparablePrior ? sd[j] : sorted[d / 2];
            mu[j] = SMOOTHING * scale * scale;
        }
        return mu;
    }

    /** The points with all that is known of them; n evaluations of f, ψ and its prox. */
    Points at(Ensemble x) {
        int n = x.size();
        Points p =
                new Points(x, new double[n], new double[n], Ensemble.zeros(n, d), new boolean[n]);
        problem.target().evaluate(x, p.exact(), p.drift(), p.failed());
        workers.forRanges(n, GRAIN, (from, to) -> addPrior(p, from, to));
        return p;
    }

    private void addPrior(Points p, int from, int to) {
        Ensemble z = Ensemble.of(to - from, d, slice(p.x(), from, to));
        QuadraticPotential quadratic = problem.prior().quadratic().orElse(null);
        if (quadratic == null) {
            prox(z);
        }
        double[] v = p.drift().data();
        for (int i = from; i < to; i++) {
            if (p.failed()[i]) {
                p.exact()[i] = Double.POSITIVE_INFINITY;
                p.smooth()[i] = Double.POSITIVE_INFINITY;
                continue;
            }
            double f = p.exact()[i];
            if (quadratic != null) {
                f += quadratic.addGradient(p.x().data(), i * d, v, i * d);
                p.smooth()[i] = f;
                p.exact()[i] = f;
            } else {
                double envelope = problem.prior().potential(z.data(), (i - from) * d);
                for (int j = 0; j < d; j++) {
                    double gap = p.x().get(i, j) - z.get(i - from, j);
                    v[i * d + j] += gap / mu[j];
                    envelope += gap * gap / (2 * mu[j]);
                }
                p.smooth()[i] = f + envelope;
                p.exact()[i] = f + problem.prior().potential(p.x().data(), i * d);
            }
            for (int k = i * d; k < (i + 1) * d; k++) {
                v[k] = -v[k];
            }
        }
    }

    private void prox(Ensemble z) {
        if (!(problem.prior() instanceof SeparablePrior separable)) {
            problem.prior().prox(z, mu[0], z);
            return;
        }
        double[] column = new double[z.size()];
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = z.get(i, j);
            }
            separable.proxCoordinate(j, mu[j], column, column);
            for (int i = 0; i < column.length; i++) {
                z.data()[i * d + j] = column[i];
            }
        }
    }

    /** The largest eigenvalue of Lᵀ·diag(1/μ)·L, a bound on the curvature of ψ^μ(c + Lw). */
    double stiffness(Scale scale) {
        if (problem.prior().quadratic().isPresent()) {
            return 0;
        }
        return PowerMethod.largest(
                d,
                POWER_STEPS,
                w -> {
                    double[] x = new double[d];
                    scale.add(1, w, 0, x, 0);
                    for (int j = 0; j < d; j++) {
                        x[j] /= mu[j];
                    }
                    scale.whiten(1, x, 0, w, 0);
                    return w;
                });
    }

    private double[] slice(Ensemble x, int from, int to) {
        return Arrays.copyOfRange(x.data(), from * d, to * d);
    }
}
