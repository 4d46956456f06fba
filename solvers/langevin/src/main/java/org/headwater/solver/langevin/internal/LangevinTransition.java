package org.headwater.solver.langevin.internal;

import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;

/**
 * A step of the Langevin diffusion of the smoothed posterior, preconditioned,
 *
 * <pre>
 * x′ = x + εβLLᵀv(x) + √(2ε)·Lξ,   v = −∇f − ∇ψ^μ
 * </pre>
 *
 * and, if adjusted, accepted by Metropolis and Hastings on U = f + ψ itself, kinks and bounds
 * included: neither μ nor ε then biases the draws (M. Pereyra, Stat. Comput. 26, 2016, proximal
 * MALA). Unadjusted it is MYULA (A. Durmus, É. Moulines, M. Pereyra, SIAM J. Imaging Sci. 11,
 * 2018), whose draws are those of the smoothed posterior up to O(ε); with a smooth ψ, ULA. One
 * evaluation a chain and O(d²).
 */
record LangevinTransition(Potential potential, double beta, boolean adjusted, Workers workers)
        implements Transition {
    /** For many coordinates (G. O. Roberts, J. S. Rosenthal, J. R. Stat. Soc. B 60, 1998). */
    private static final double BEST_ACCEPTANCE = 0.574;

    /** Unadjusted steps are so much shorter than 1: the variance is 2.5 % too large with it. */
    private static final double SMOOTH_STIFFNESS = 20;

    private static final int GRAIN = 4;

    @Override
    public double firstStep(Scale scale) {
        return adjusted
                ? Math.pow(scale.dimension(), -1.0 / 3)
                : 1 / (SMOOTH_STIFFNESS + beta * potential.stiffness(scale));
    }

    @Override
    public double wantedAcceptance() {
        return adjusted ? BEST_ACCEPTANCE : 0;
    }

    @Override
    public Moves move(Points from, Scale scale, double step, RandomStream random) {
        int n = from.size();
        int d = scale.dimension();
        double noise = Math.sqrt(2 * step);
        double[] xi = new double[n * d];
        double[] g = new double[n * d];
        double[] threshold = new double[n];
        Ensemble trial = from.x().copy();
        workers.forRanges(
                n,
                GRAIN,
                (begin, end) -> {
                    double[] w = new double[d];
                    for (int i = begin; i < end; i++) {
                        RandomStream stream = random.split(i);
                        scale.whiten(beta, from.drift().data(), i * d, g, i * d);
                        for (int j = 0; j < d; j++) {
                            xi[i * d + j] = stream.gaussian();
                            w[j] = step * g[i * d + j] + noise * xi[i * d + j];
                        }
                        scale.add(1, w, 0, trial.data(), i * d);
                        threshold[i] = Math.log(stream.uniform());
                    }
                });
        Points there = potential.at(trial);
        Points to = from.copy();
        double acceptance = 0;
        for (int i = 0; i < n; i++) {
            double logRatio = adjusted ? logRatio(from, there, i, scale, step, xi, g) : 0;
            if (!there.failed()[i] && threshold[i] < logRatio) {
                to.take(i, there, i);
            }
            // NaN, of a potential that is infinite there, is a rejection.
            acceptance += logRatio >= 0 ? 1 : logRatio < 0 ? Math.exp(logRatio) : 0;
        }
        return new Moves(to, acceptance / n, there.failed(), Map.of());
    }

    /** log of π(x′)q(x|x′)/(π(x)q(x′|x)); the noise of the way back is −(ξ + ε(g + g′)/√(2ε)). */
    private double logRatio(
            Points from, Points there, int i, Scale scale, double step, double[] xi, double[] g) {
        if (there.failed()[i] || !(there.exact()[i] < Double.POSITIVE_INFINITY)) {
            return Double.NEGATIVE_INFINITY;
        }
        int d = scale.dimension();
        double[] gThere = new double[d];
        scale.whiten(beta, there.drift().data(), i * d, gThere, 0);
        double sum = beta * (from.exact()[i] - there.exact()[i]);
        double ratio = step / Math.sqrt(2 * step);
        for (int j = 0; j < d; j++) {
            double out = xi[i * d + j];
            double back = out + ratio * (g[i * d + j] + gThere[j]);
            sum += 0.5 * (out * out - back * back);
        }
        return sum;
    }
}
