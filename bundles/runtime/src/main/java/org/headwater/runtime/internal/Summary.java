package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Draws;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.kernels.chain.ChainStatistics;
import org.headwater.runtime.RunResult.ParameterSummary;

/**
 * The rows of summary.csv: mean, population standard deviation (divisor n) and type-7 quantiles of
 * the draws, as numpy's {@code mean}, {@code std} and {@code quantile} give them by default.
 */
final class Summary {
    /** Diagnostic by which a solver says how many replicates its particles come from. */
    static final String REPLICATES = "replicates";

    /** Diagnostic by which a solver says how many chains its draws come from. */
    static final String CHAINS = "chains";

    private static final String HEADER = "name,mean,sd,q05,q50,q95,ess,mcse,rhat";

    private Summary() {}

    /** The replicates or chains, of equal size, that a posterior's draws come from. */
    static int chains(Posterior posterior) {
        String count = posterior.particles() ? REPLICATES : CHAINS;
        int chains = posterior.diagnostics().getOrDefault(count, 1.0).intValue();
        return chains > 0 && posterior.draws().size() % chains == 0 ? chains : 1;
    }

    /**
     * One row per parameter.
     *
     * @param particles whether the chains are replicates of a particle system
     * @param thresholds of exceedance probabilities
     */
    static List<ParameterSummary> of(
            Draws draws, boolean particles, List<ParameterBlock> blocks, List<Double> thresholds) {
        List<ParameterSummary> rows = new ArrayList<>();
        double[] x = new double[draws.size()];
        for (ParameterBlock block : blocks) {
            for (String name : block.parameters()) {
                draws.column(rows.size(), x);
                rows.add(row(name, block.unit(), x, particles, draws.chains(), thresholds));
            }
        }
        return rows;
    }

    /** A row; the draws are left sorted. */
    private static ParameterSummary row(
            String name,
            String unit,
            double[] x,
            boolean particles,
            int chains,
            List<Double> thresholds) {
        double mean = 0;
        for (double v : x) {
            mean += v;
        }
        mean /= x.length;
        double squares = 0;
        for (double v : x) {
            squares += (v - mean) * (v - mean);
        }
        ChainStatistics s =
                particles
                        ? ChainStatistics.ofReplicates(x, chains)
                        : ChainStatistics.ofChains(x, chains);
        Arrays.sort(x);
        Map<Double, Double> exceedance = new LinkedHashMap<>();
        thresholds.forEach(t -> exceedance.put(t, above(x, t)));
        return new ParameterSummary(
                name,
                unit,
                mean,
                Math.sqrt(squares / x.length),
                quantile(x, 0.05),
                quantile(x, 0.5),
                quantile(x, 0.95),
                s.ess(),
                s.mcse(),
                s.rhat(),
                exceedance);
    }

    /** The share of sorted values above a threshold. */
    private static double above(double[] sorted, double threshold) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] > threshold) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return (double) (sorted.length - from) / sorted.length;
    }

    /** The type-7 quantile of sorted values: linear between order statistics at (n−1)p. */
    static double quantile(double[] sorted, double p) {
        double position = (sorted.length - 1) * p;
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** The text of summary.csv. */
    static String csv(List<ParameterSummary> rows) {
        StringBuilder s = new StringBuilder(HEADER);
        rows.get(0).exceedance().keySet().forEach(t -> s.append(",p>").append(t));
        s.append('\n');
        for (ParameterSummary r : rows) {
            s.append(quoted(r.name()));
            for (double v :
                    new double[] {
                        r.mean(), r.sd(), r.q05(), r.q50(), r.q95(), r.ess(), r.mcse(), r.rhat()
                    }) {
                s.append(',').append(Double.isNaN(v) ? "" : Double.toString(v));
            }
            r.exceedance().values().forEach(p -> s.append(',').append(p));
            s.append('\n');
        }
        return s.toString();
    }

    private static String quoted(String name) {
        boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n');
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
