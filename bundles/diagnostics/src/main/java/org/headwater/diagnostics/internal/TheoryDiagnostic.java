package org.headwater.diagnostics.internal;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Diagnostic;
import org.headwater.api.Ensemble;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Problem;
import org.headwater.api.Workers;
import org.headwater.diagnostics.Bounds;
import org.headwater.diagnostics.Samples;
import org.headwater.diagnostics.TheoryMeasures;
import org.headwater.kernels.flow.Objective;
import org.osgi.service.component.annotations.Component;

/**
 * {@link TheoryMeasures} of a run's points, the sign drift acting on the field. Cost: an evaluation
 * of the model with its gradient for each point, at most {@value #MOST}. Says nothing next to
 * bounds of a prior, where the identities do not hold.
 */
@Component(service = Diagnostic.class)
public final class TheoryDiagnostic implements Diagnostic {
    /** So many points are looked at, evenly thinned. */
    static final int MOST = 1000;

    private static final int LEAST = 4;

    /** How far away a bound is looked for, in standard deviations. */
    private static final double REACH = 20;

    @Override
    public String name() {
        return "theory";
    }

    @Override
    public Map<String, Double> measure(Problem problem, Ensemble points, Workers workers) {
        Ensemble x = Samples.thinned(points, MOST);
        int n = x.size();
        int d = x.dimension();
        if (n < LEAST) {
            return Map.of();
        }
        double[] mean = Samples.mean(x);
        double[] sd = Samples.sd(x, mean);
        boolean[] bounded = Bounds.near(problem.prior(), mean, sd, REACH);
        if (IntStream.range(0, d).anyMatch(j -> bounded[j] || !(sd[j] > 0))) {
            return Map.of();
        }
        double[] value = new double[n];
        Ensemble gradient = Ensemble.zeros(n, d);
        boolean[] failed = new boolean[n];
        int failures = Objective.of(problem, sd, workers).evaluate(x, value, gradient, failed);
        int[] used = IntStream.range(0, n).filter(i -> !failed[i]).toArray();
        if (used.length < LEAST) {
            return Map.of();
        }
        if (failures == 0) {
            return TheoryMeasures.of(x, value, gradient, field(problem)).values();
        }
        double[] known = Arrays.stream(used).mapToDouble(i -> value[i]).toArray();
        return TheoryMeasures.of(rows(x, used), known, rows(gradient, used), field(problem))
                .values();
    }

    private static Ensemble rows(Ensemble x, int[] rows) {
        int d = x.dimension();
        Ensemble out = Ensemble.zeros(rows.length, d);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(x.data(), x.offset(rows[i]), out.data(), out.offset(i), d);
        }
        return out;
    }

    private static boolean[] field(Problem problem) {
        boolean[] field = new boolean[problem.dimension()];
        int at = 0;
        for (ParameterBlock block : problem.blocks()) {
            Arrays.fill(field, at, at + block.size(), block.isField());
            at += block.size();
        }
        return field;
    }
}
