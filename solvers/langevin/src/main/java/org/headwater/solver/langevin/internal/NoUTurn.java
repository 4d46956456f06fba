package org.headwater.solver.langevin.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;

/**
 * The no-U-turn sampler: Hamiltonian trajectories that double until they turn back, with points
 * drawn in proportion to their density (M. D. Hoffman, A. Gelman, J. Mach. Learn. Res. 15, 2014; M.
 * Betancourt, arXiv:1701.02434, multinomial with biased progression). The leapfrog steps
 *
 * <pre>
 * r ← r + ½εβLᵀv(x),   x ← x + εLr,   r ← r + ½εβLᵀv(x)
 * </pre>
 *
 * follow the smoothed posterior, v = −∇f − ∇ψ^μ, but points are weighted by exp(−βU(x) − ½|r|²)
 * with U = f + ψ itself: the steps keep volume and can be reversed whatever v is, so the draws are
 * the posterior's, kinks included, and μ costs no more than some weight. Steps are tuned by the
 * energy that they should keep, that of V. At bounds of a separable prior they are reflected.
 *
 * <p>Trees are built iteratively (D. Phan, N. Pradhan, M. Jankowiak, arXiv:1912.11554) and all
 * chains step together, so that the model evaluates those that still go on as one batch. Cost: up
 * to 2^depth − 1 evaluations a chain and O(d²) each.
 */
record NoUTurn(Potential potential, double beta, int maxDepth, Workers workers)
        implements Transition {
    /** Chains that left the energy surface of V. */
    static final String DIVERGED = "diverged";

    /** Chains whose trajectory reached the largest depth without a turn. */
    static final String DEEPEST = "deepest";

    /** Mean number of evaluations of a chain. */
    static final String LEAPFROGS = "leapfrogs";

    private static final double BEST_ACCEPTANCE = 0.8;
    private static final double DIVERGENCE = 1000;
    private static final int GRAIN = 2;

    @Override
    public double firstStep(Scale scale) {
        return Math.pow(scale.dimension(), -0.25);
    }

    @Override
    public double wantedAcceptance() {
        return BEST_ACCEPTANCE;
    }

    @Override
    public Moves move(Points from, Scale scale, double step, RandomStream random) {
        int n = from.size();
        int d = scale.dimension();
        Trajectory[] all = new Trajectory[n];
        List<Trajectory> active = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            all[i] = new Trajectory(from.one(i), scale, step, random.split(i));
            active.add(all[i]);
        }
        while (!active.isEmpty()) {
            List<Trajectory> now = List.copyOf(active);
            Ensemble trial = Ensemble.zeros(now.size(), d);
            workers.forRanges(
                    now.size(),
                    GRAIN,
                    (begin, end) -> {
                        for (int k = begin; k < end; k++) {
                            now.get(k).leap(trial, k);
                        }
                    });
            Points there = potential.at(trial);
            workers.forRanges(
                    now.size(),
                    GRAIN,
                    (begin, end) -> {
                        for (int k = begin; k < end; k++) {
                            now.get(k).land(there, k);
                        }
                    });
            active.removeIf(t -> t.done);
        }
        Points to = from.copy();
        boolean[] failed = new boolean[n];
        double acceptance = 0;
        double diverged = 0;
        double deepest = 0;
        double leapfrogs = 0;
        for (int i = 0; i < n; i++) {
            Trajectory t = all[i];
            to.take(i, t.chosen, 0);
            failed[i] = t.failed;
            acceptance += t.acceptance / t.leapfrogs / n;
            diverged += t.diverged ? 1.0 / n : 0;
            deepest += t.depth >= maxDepth ? 1.0 / n : 0;
            leapfrogs += (double) t.leapfrogs / n;
        }
        return new Moves(
                to,
                acceptance,
                failed,
                Map.of(DIVERGED, diverged, DEEPEST, deepest, LEAPFROGS, leapfrogs));
    }

    /** The trajectory of a chain, which lives for one transition. */
    private final class Trajectory {
        private final Scale scale;
        private final double step;
        private final RandomStream random;
        private final int d;
        private final double energy;
        private final double smoothEnergy;
        private final double[][] checkpoint = new double[maxDepth + 1][];
        private final double[][] checkpointSum = new double[maxDepth + 1][];

        private final End[] ends = new End[2];
        private final double[] sum;
        private double logWeight;
        private Points chosen;
        private int depth;

        private int side;
        private End tip;
        private double[] half;
        private int leaves;
        private double[] subSum;
        private double subLogWeight;
        private Points subChosen;

        private double acceptance;
        private int leapfrogs;
        private boolean lost;
        private boolean failed;
        private boolean diverged;
        private boolean done;

        Trajectory(Points start, Scale scale, double step, RandomStream random) {
            this.scale = scale;
            this.step = step;
            this.random = random;
            this.d = scale.dimension();
            double[] r = new double[d];
            for (int j = 0; j < d; j++) {
                r[j] = random.gaussian();
            }
            this.chosen = start;
            this.energy = beta * start.exact()[0] + kinetic(r);
            this.smoothEnergy = beta * start.smooth()[0] + kinetic(r);
            double[] g = new double[d];
            scale.whiten(beta, start.drift().data(), 0, g, 0);
            this.ends[0] = new End(start.x().data(), r, g);
            this.ends[1] = ends[0];
            this.sum = r.clone();
            grow();
        }

        /** Begins a subtree as large as the tree, on a side drawn at random. */
        private void grow() {
            side = random.uniform() < 0.5 ? 0 : 1;
            tip = ends[side];
            leaves = 0;
            subSum = new double[d];
            subLogWeight = Double.NEGATIVE_INFINITY;
            subChosen = chosen;
        }

        /** The half step of r and the step of x. */
        void leap(Ensemble trial, int k) {
            double signed = side == 1 ? step : -step;
            half = new double[d];
            for (int j = 0; j < d; j++) {
                half[j] = tip.r[j] + 0.5 * signed * tip.g[j];
            }
            System.arraycopy(tip.x, 0, trial.data(), k * d, d);
            lost = !scale.move(signed, half, trial.data(), k * d);
            if (lost) {
                System.arraycopy(tip.x, 0, trial.data(), k * d, d);
            }
        }

        /** The rest of the leapfrog step, and what it means for the tree. */
        void land(Points there, int k) {
            leapfrogs++;
            failed = there.failed()[k];
            if (lost) {
                diverged = true;
                done = true;
                return;
            }
            double[] g = new double[d];
            double[] r = half;
            if (!failed) {
                scale.whiten(beta, there.drift().data(), k * d, g, 0);
                double signed = side == 1 ? step : -step;
                for (int j = 0; j < d; j++) {
                    r[j] += 0.5 * signed * g[j];
                }
            }
            double kept = smoothEnergy - beta * there.smooth()[k] - kinetic(r);
            if (failed || !(kept > -DIVERGENCE)) {
                diverged = !failed;
                done = true;
                return;
            }
            acceptance += Math.min(1, Math.exp(kept));
            tip = new End(there.x().point(k), r, g);
            for (int j = 0; j < d; j++) {
                subSum[j] += r[j];
            }
            double weight = energy - beta * there.exact()[k] - kinetic(r);
            subLogWeight = logSum(subLogWeight, weight);
            if (Math.log(random.uniform()) < weight - subLogWeight) {
                subChosen = there.one(k);
            }
            if (turnsWithin(leaves, r)) {
                done = true;
                return;
            }
            leaves++;
            if (leaves == 1 << depth) {
                join();
            }
        }

        /** Adds the finished subtree to the tree. */
        private void join() {
            if (Math.log(random.uniform()) < subLogWeight - logWeight) {
                chosen = subChosen;
            }
            logWeight = logSum(logWeight, subLogWeight);
            ends[side] = tip;
            for (int j = 0; j < d; j++) {
                sum[j] += subSum[j];
            }
            depth++;
            if (depth >= maxDepth || turns(ends[0].r, ends[1].r, sum)) {
                done = true;
            } else {
                grow();
            }
        }

        /**
         * Whether one of the balanced subtrees that end in a leaf turns. A leaf of even number
         * leaves r and the sum of r so far behind for the subtrees that begin with it.
         */
        private boolean turnsWithin(int leaf, double[] r) {
            int top = Integer.bitCount(leaf >> 1);
            if (leaf % 2 == 0) {
                checkpoint[top] = r;
                checkpointSum[top] = subSum.clone();
                return false;
            }
            int bottom = top - Integer.numberOfTrailingZeros(~leaf) + 1;
            double[] part = new double[d];
            for (int c = top; c >= bottom; c--) {
                for (int j = 0; j < d; j++) {
                    part[j] = subSum[j] - checkpointSum[c][j] + checkpoint[c][j];
                }
                if (turns(checkpoint[c], r, part)) {
                    return true;
                }
            }
            return false;
        }

        /** The generalised criterion, with the ends counted half. */
        private boolean turns(double[] first, double[] last, double[] total) {
            double atFirst = 0;
            double atLast = 0;
            for (int j = 0; j < d; j++) {
                double between = total[j] - 0.5 * (first[j] + last[j]);
                atFirst += first[j] * between;
                atLast += last[j] * between;
            }
            return atFirst <= 0 || atLast <= 0;
        }
    }

    /**
     * An end of a trajectory.
     *
     * @param x position
     * @param r momentum
     * @param g βLᵀv(x)
     */
    private record End(double[] x, double[] r, double[] g) {}

    private static double kinetic(double[] r) {
        double sum = 0;
        for (double v : r) {
            sum += v * v;
        }
        return 0.5 * sum;
    }

    /** log(e^a + e^b). */
    private static double logSum(double a, double b) {
        double large = Math.max(a, b);
        return large == Double.NEGATIVE_INFINITY
                ? large
                : large + Math.log1p(Math.exp(Math.min(a, b) - large));
    }
}
