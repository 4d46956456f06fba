package org.headwater.solver.langevin.internal;

import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;

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

    /**
     * The step as one of leapfrog, of length e = √(2ε) with the momentum ξ: r ← ξ + ½eg, x′ ← x +
     * eLr, r ← r + ½eg′; the ratio of Metropolis and Hastings is then that of exp(−βU − ½|r|²),
     * also where the way is reflected at bounds.
     */
    @Override
    public Moves move(Points from, Scale scale, double step, RandomStream random) {
        int n = from.size();
        int d = scale.dimension();
        double e = Math.sqrt(2 * step);
        double[][] r = new double[n][d];
        double[] kinetic = new double[n];
        double[] threshold = new double[n];
        boolean[] lost = new boolean[n];
        Ensemble trial = from.x().copy();
        workers.forRanges(
                n,
                GRAIN,
                (begin, end) -> {
                    double[] g = new double[d];
                    for (int i = begin; i < end; i++) {
                        RandomStream stream = random.split(i);
                        scale.whiten(beta, from.drift().data(), i * d, g, 0);
                        for (int j = 0; j < d; j++) {
                            double xi = stream.gaussian();
                            kinetic[i] += 0.5 * xi * xi;
                            r[i][j] = xi + 0.5 * e * g[j];
                        }
                        lost[i] = !scale.move(e, r[i], trial.data(), i * d);
                        if (lost[i]) {
                            System.arraycopy(from.x().data(), i * d, trial.data(), i * d, d);
                        }
                        threshold[i] = Math.log(stream.uniform());
                    }
                });
        Points there = potential.at(trial);
        Points to = from.copy();
        double acceptance = 0;
        for (int i = 0; i < n; i++) {
            double logRatio = !adjusted ? 0 : Double.NEGATIVE_INFINITY;
            if (adjusted && !lost[i] && !there.failed()[i]) {
                logRatio =
                        beta * (from.exact()[i] - there.exact()[i])
                                + kinetic[i]
                                - kineticAfter(there, i, scale, e, r[i]);
            }
            if (!there.failed()[i] && threshold[i] < logRatio) {
                to.take(i, there, i);
            }
            // NaN, of a potential that is infinite there, is a rejection.
            acceptance += logRatio >= 0 ? 1 : logRatio < 0 ? Math.exp(logRatio) : 0;
        }
        return new Moves(to, acceptance / n, there.failed(), Map.of());
    }

    private double kineticAfter(Points there, int i, Scale scale, double e, double[] r) {
        int d = scale.dimension();
        double[] g = new double[d];
        scale.whiten(beta, there.drift().data(), i * d, g, 0);
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double after = r[j] + 0.5 * e * g[j];
            sum += 0.5 * after * after;
        }
        return sum;
    }
}
