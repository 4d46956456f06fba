package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.Ensemble;
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

    /** One row per parameter. */
    static List<ParameterSummary> of(Posterior posterior, List<ParameterBlock> blocks) {
        List<ParameterSummary> rows = new ArrayList<>();
        for (ParameterBlock block : blocks) {
            for (String name : block.parameters()) {
                rows.add(row(name, block.unit(), posterior, rows.size()));
            }
        }
        return rows;
    }

    private static ParameterSummary row(String name, String unit, Posterior posterior, int j) {
        Ensemble draws = posterior.draws();
        double[] x = new double[draws.size()];
        double mean = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = draws.get(i, j);
            mean += x[i];
        }
        mean /= x.length;
        double squares = 0;
        for (double v : x) {
            squares += (v - mean) * (v - mean);
        }
        ChainStatistics s = statistics(x, posterior);
        Arrays.sort(x);
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
                s.rhat());
    }

    private static ChainStatistics statistics(double[] x, Posterior posterior) {
        if (posterior.particles()) {
            double replicates = posterior.diagnostics().getOrDefault(REPLICATES, 1.0);
            return ChainStatistics.ofReplicates(x, (int) replicates);
        }
        double chains = posterior.diagnostics().getOrDefault(CHAINS, 1.0);
        return ChainStatistics.ofChains(x, (int) chains);
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
        StringBuilder s = new StringBuilder(HEADER).append('\n');
        for (ParameterSummary r : rows) {
            s.append(quoted(r.name()));
            for (double v :
                    new double[] {
                        r.mean(), r.sd(), r.q05(), r.q50(), r.q95(), r.ess(), r.mcse(), r.rhat()
                    }) {
                s.append(',').append(Double.isNaN(v) ? "" : Double.toString(v));
            }
            s.append('\n');
        }
        return s.toString();
    }

    private static String quoted(String name) {
        boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n');
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
