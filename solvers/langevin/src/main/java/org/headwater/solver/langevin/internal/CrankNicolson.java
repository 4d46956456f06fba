package org.headwater.solver.langevin.internal;

import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * The preconditioned Crank–Nicolson step around the Gaussian reference N(c, LLᵀ), c the MAP,
 *
 * <pre>
 * x′ = c + √(1 − ε²)·(x − c) + ε·Lξ
 * </pre>
 *
 * which leaves the reference as it is, so that it is accepted on what the posterior has beyond it,
 * βU(x) − ½|L⁻¹(x − c)|²: always, with independent draws, where the posterior is the reference. A
 * Gaussian prior is part of the reference, whose acceptance then does not fall as the grid of the
 * unknown field is refined (S. L. Cotter, G. O. Roberts, A. M. Stuart, D. White, Stat. Sci. 28,
 * 2013; with a reference near the posterior: D. Rudolf, B. Sprungk, Found. Comput. Math. 18, 2018).
 * Where the posterior is not Gaussian the reference is √2 times as wide. Then the draws are still
 * exact in the limit, but tails wider than the reference's are reached rarely, which statistics of
 * the chains need not show. It takes no gradients. One evaluation a chain and O(d²).
 */
record CrankNicolson(Potential potential, double beta, boolean gaussian, Workers workers)
        implements Transition {
    private static final double BEST_ACCEPTANCE = 0.3;
    private static final int GRAIN = 4;

    /** Of the reference relative to L, if the posterior is not Gaussian: tails must be reached. */
    private static final double WIDE = Math.sqrt(2);

    @Override
    public double firstStep(Scale scale) {
        return Math.min(1, 2 / Math.sqrt(scale.dimension()));
    }

    @Override
    public double wantedAcceptance() {
        return BEST_ACCEPTANCE;
    }

    @Override
    public double largestStep() {
        return 1;
    }

    @Override
    public Moves move(Points from, Scale scale, double step, RandomStream random) {
        int n = from.size();
        int d = scale.dimension();
        double width = gaussian ? 1 : WIDE;
        double keep = Math.sqrt(Math.max(0, 1 - step * step));
        double[] threshold = new double[n];
        Ensemble trial = Ensemble.zeros(n, d);
        workers.forRanges(
                n,
                GRAIN,
                (begin, end) -> {
                    double[] xi = new double[d];
                    for (int i = begin; i < end; i++) {
                        RandomStream stream = random.split(i);
                        for (int j = 0; j < d; j++) {
                            double c = scale.centre()[j];
                            xi[j] = stream.gaussian();
                            trial.data()[i * d + j] = c + keep * (from.x().get(i, j) - c);
                        }
                        scale.add(width * step, xi, 0, trial.data(), i * d);
                        threshold[i] = Math.log(stream.uniform());
                    }
                });
        Points there = potential.at(trial);
        Points to = from.copy();
        double acceptance = 0;
        for (int i = 0; i < n; i++) {
            double logRatio =
                    there.exact()[i] < Double.POSITIVE_INFINITY
                            ? beyond(from, i, scale) - beyond(there, i, scale)
                            : Double.NEGATIVE_INFINITY;
            acceptance += Math.exp(Math.min(0, logRatio));
            if (threshold[i] < logRatio) {
                to.take(i, there, i);
            }
        }
        return new Moves(to, acceptance / n, there.failed(), Map.of());
    }

    private double beyond(Points p, int i, Scale scale) {
        int d = scale.dimension();
        double[] w = p.x().point(i);
        for (int j = 0; j < d; j++) {
            w[j] -= scale.centre()[j];
        }
        DenseCholesky.solveLower(scale.l(), d, w, 1);
        double square = 0;
        for (double v : w) {
            square += v * v;
        }
        return beta * p.exact()[i] - 0.5 * square / (gaussian ? 1 : WIDE * WIDE);
    }
}
