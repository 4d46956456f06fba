package org.headwater.solver.rwpo.internal;

import java.util.List;
import java.util.Map;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.kernels.rwpo.CovarianceCorrection;

/** The limits within which a posterior of the flow can be trusted, and what to do outside. */
final class Diagnosis {
    private static final double Q_LIMIT = 1.0 / 3;
    private static final int FEW_PARTICLES = 50;
    private static final int FEW_ITERATIONS = 15;
    private static final double SELF_WEIGHT_LIMIT = 0.5;
    private static final double COLLAPSED_SPREAD = 0.3;
    private static final double WIDE_SPREAD = 3;
    private static final double RESIDUAL_LIMIT = 0.25;
    private static final double DRIFT_LIMIT = 0.125;
    private static final double SD_DRIFT_LIMIT = 0.075;
    private static final double CORRELATION_LIMIT = 0.3;
    private static final double NULL_MEAN = 0.1;
    private static final double ACCEPTANCE_LIMIT = 0.2;
    private static final double MEMORY_LIMIT = 0.3;
    private static final double HALVES_LIMIT = 0.15;
    private static final double SD_HALVES_LIMIT = 0.1;

    private final RwpoOptions options;
    private final int particles;
    private final int d;

    Diagnosis(RwpoOptions options, int particles, int d) {
        this.options = options;
        this.particles = particles;
        this.d = d;
    }

    void checkScales(double q, double selfWeight, double spread, List<Reason> reasons) {
        if (!(q < Q_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "time-too-long",
                            "the RWPO time is long against the posterior's scale, which biases its"
                                    + " spread",
                            q,
                            Q_LIMIT,
                            "lower solver.time-scale or set it to auto"));
        }
        if (!(selfWeight <= SELF_WEIGHT_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.FAIL,
                            "kernel-collapsed",
                            "the particles do not see each other: each is its own barycentre, and"
                                    + " the spread is not the posterior's",
                            selfWeight,
                            SELF_WEIGHT_LIMIT,
                            options.kernel() == RwpoOptions.Kernel.JOINT
                                    ? "use solver.kernel cc; joint needs exponentially many"
                                            + " particles in "
                                            + d
                                            + " dimensions"
                                    : "raise solver.particles above " + particles));
        }
        if (!(spread >= COLLAPSED_SPREAD)) {
            reasons.add(
                    new Reason(
                            Status.FAIL,
                            "variance-collapsed",
                            "the standard deviations are far below the Laplace approximation's",
                            spread,
                            COLLAPSED_SPREAD,
                            "use solver.kernel cc with more particles, or more iterations"));
        } else if (!(spread <= WIDE_SPREAD)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "spread-wide",
                            "the standard deviations are far above the Laplace approximation's",
                            spread,
                            WIDE_SPREAD,
                            "check for several modes, or take more iterations with a smaller"
                                    + " solver.step"));
        }
    }

    /** Whether the flow rests cannot be told from a few steps. */
    void checkIterations(int iterations, List<Reason> reasons) {
        if (iterations < FEW_ITERATIONS) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "few-iterations",
                            "in so few steps the flow may not have left its start, and whether it"
                                    + " rests cannot be told",
                            iterations,
                            FEW_ITERATIONS,
                            "raise solver.iterations, or leave it out"));
        }
    }

    /** Moments of N draws are known to 1/√(2N) at best, whatever the flow. */
    void checkParticles(List<Reason> reasons) {
        if (particles < FEW_PARTICLES) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "few-particles",
                            "so few particles know the spread to a tenth at best, and tails not at"
                                    + " all",
                            particles,
                            FEW_PARTICLES,
                            "raise solver.particles, or leave it out"));
        }
    }

    void checkRest(double residual, List<Reason> reasons) {
        if (!(residual <= RESIDUAL_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "not-at-rest",
                            "the particles still move, in units of their spread",
                            residual,
                            RESIDUAL_LIMIT,
                            "raise solver.iterations or lower solver.late-step"));
        }
    }

    /** The measured reach of the Moreau route; docs/research/tv.md and low-rank.md. */
    void warnOfMoreau(List<Reason> reasons) {
        reasons.add(
                new Reason(
                        Status.WARN,
                        "spread-approximate",
                        "the prior couples the parameters, and its smoothed form overrates standard"
                                + " deviations: by a few per cent where the data decide, by tens of"
                                + " per cent where the prior does",
                        Double.NaN,
                        Double.NaN,
                        "use solver.kernel cc"));
    }

    void warnOfChains(int needed, List<Reason> reasons) {
        reasons.add(
                new Reason(
                        Status.WARN,
                        "too-few-particles",
                        "fewer particles than 1.1 for each parameter: drawn by Metropolis-adjusted"
                                + " Langevin chains instead of RWPO",
                        particles,
                        needed,
                        "raise solver.particles to " + needed + ", or leave it out"));
    }

    /** The mean acceptance of the chains' proposals while draws were kept. */
    void checkAcceptance(double acceptance, Map<String, Double> diagnostics, List<Reason> reasons) {
        diagnostics.put("acceptance", acceptance);
        if (!(acceptance >= ACCEPTANCE_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "proposals-rejected",
                            "the chains hardly move: most of their proposals are rejected",
                            acceptance,
                            ACCEPTANCE_LIMIT,
                            "raise solver.iterations: the first half of them tunes the proposals"));
        }
    }

    /**
     * Whether the first draws still depend on where their chains began: the largest correlation
     * between the two over the chains. Of independent points it stays below 4/√N.
     *
     * @param origin N × d
     * @param kept N × d to begin with
     */
    void checkMemory(
            double[] origin, double[] kept, Map<String, Double> diagnostics, List<Reason> reasons) {
        double memory = 0;
        for (int j = 0; j < d; j++) {
            double a = 0;
            double b = 0;
            for (int i = 0; i < particles; i++) {
                a += origin[i * d + j] / particles;
                b += kept[i * d + j] / particles;
            }
            double aa = 0;
            double ab = 0;
            double bb = 0;
            for (int i = 0; i < particles; i++) {
                double u = origin[i * d + j] - a;
                double v = kept[i * d + j] - b;
                aa += u * u;
                ab += u * v;
                bb += v * v;
            }
            memory = Math.max(memory, ab / Math.sqrt(aa * bb));
        }
        diagnostics.put("memory", memory);
        double limit = Math.max(MEMORY_LIMIT, 4 / Math.sqrt(particles));
        if (!(memory <= limit)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "start-remembered",
                            "the draws still depend on where their chains began, by correlation",
                            memory,
                            limit,
                            "raise solver.iterations"));
        }
    }

    /** Compares mean and spread of the first half of the draws with those of the second. */
    void checkHalves(
            CovarianceCorrection first,
            CovarianceCorrection second,
            Map<String, Double> diagnostics,
            List<Reason> reasons) {
        double mean = meanDrift(first.mean(), second.mean(), second.sd());
        double sd = sdDrift(first.sd(), second.sd());
        diagnostics.put("mean-drift", mean);
        diagnostics.put("sd-drift", sd);
        if (!(mean <= HALVES_LIMIT && sd <= SD_HALVES_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "halves-differ",
                            "the first and the second half of the draws differ in mean or spread,"
                                    + " in standard deviations",
                            mean <= HALVES_LIMIT ? sd : mean,
                            mean <= HALVES_LIMIT ? SD_HALVES_LIMIT : HALVES_LIMIT,
                            "raise solver.iterations"));
        }
    }

    private double meanDrift(double[] before, double[] after, double[] sd) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double delta = (after[j] - before[j]) / Math.max(sd[j], Double.MIN_NORMAL);
            sum += delta * delta;
        }
        return Math.sqrt(sum / d);
    }

    private double sdDrift(double[] before, double[] after) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double grown = before[j] / Math.max(after[j], Double.MIN_NORMAL) - 1;
            sum += grown * grown;
        }
        return Math.sqrt(sum / d);
    }

    /** Compares mean and spread at the end with those a fifth of the steps before. */
    void checkDrift(
            double[] earlyMean,
            double[] earlySd,
            double[] mean,
            double[] sd,
            Map<String, Double> diagnostics,
            List<Reason> reasons) {
        double drift = meanDrift(earlyMean, mean, sd);
        double sdDrift = sdDrift(earlySd, sd);
        diagnostics.put("mean-drift", drift);
        diagnostics.put("sd-drift", sdDrift);
        if (!(drift <= DRIFT_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "mean-drifts",
                            "the mean still moved over the last fifth of the run, in standard"
                                    + " deviations",
                            drift,
                            DRIFT_LIMIT,
                            "raise solver.iterations"));
        }
        if (!(sdDrift <= SD_DRIFT_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "spread-drifts",
                            "the spread still changed over the last fifth of the run",
                            sdDrift,
                            SD_DRIFT_LIMIT,
                            "raise solver.iterations"));
        }
    }

    void checkCorrelation(double[] correlation, List<Reason> reasons) {
        if (options.kernel() != RwpoOptions.Kernel.TENSORISED) {
            return;
        }
        double largest = 0;
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                largest = Math.max(largest, Math.abs(correlation[i * d + j]));
            }
        }
        if (largest > CORRELATION_LIMIT) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "correlation-ignored",
                            "the tensorised kernel overrates the spread of correlated parameters",
                            largest,
                            CORRELATION_LIMIT,
                            "use solver.kernel cc"));
        }
    }

    void checkSparsity(
            Problem problem, double[] mode, double[] mean, double[] sd, List<Reason> reasons) {
        int offset = 0;
        for (ParameterBlock block : problem.blocks()) {
            if (block.isField()) {
                double largest = 0;
                boolean allZero = true;
                for (int j = offset; j < offset + block.size(); j++) {
                    allZero &= mode[j] == 0;
                    largest = Math.max(largest, Math.abs(mean[j]) / sd[j]);
                }
                if (allZero && largest < NULL_MEAN) {
                    reasons.add(
                            new Reason(
                                    Status.WARN,
                                    "over-sparsified",
                                    "the prior wins everywhere: the most probable field is zero in"
                                            + " all parameters, and so is the mean, in standard"
                                            + " deviations",
                                    largest,
                                    NULL_MEAN,
                                    "lower prior.weight, or check the noise and the data"));
                }
            }
            offset += block.size();
        }
    }
}
