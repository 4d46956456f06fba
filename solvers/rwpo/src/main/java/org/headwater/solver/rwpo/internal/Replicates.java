package org.headwater.solver.rwpo.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.chain.ChainStatistics;

/**
 * R runs of one kind from starts of their own, one after the other in every step. Particles of one
 * run depend on each other; the spread of the runs' means tells how well the mean of all is known.
 *
 * <p>The state has the particles and failures of all runs, one below the other, and everything else
 * run by run. Cost: R times that of one run, but that the MAP is found once.
 */
final class Replicates implements Stepper {
    private static final String COUNT = "replicates";
    private static final String CHAINS = "chains";
    private static final String PREFIX = "replicate-";

    /** Largest R̂ between runs that have come to rest at the same posterior. */
    private static final double RHAT_LIMIT = 1.05;

    private final Stepper one;
    private final int count;

    /**
     * @param one keeps nothing between calls
     * @param count R ≥ 2
     */
    Replicates(Stepper one, int count) {
        this.one = one;
        this.count = count;
    }

    @Override
    public int iterations() {
        return one.iterations();
    }

    @Override
    public int particles() {
        return count * one.particles();
    }

    @Override
    public Optional<KernelBackend.Layer> layer() {
        return one.layer();
    }

    @Override
    public State start(RandomStream random) {
        List<State> states = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            states.add(one.start(random.split(r)));
        }
        return joined(states);
    }

    @Override
    public State start(Ensemble points, RandomStream random) {
        int d = points.dimension();
        List<State> states = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int from = (int) ((long) points.size() * r / count);
            int to = (int) ((long) points.size() * (r + 1) / count);
            double[] part = Arrays.copyOfRange(points.data(), from * d, to * d);
            states.add(one.start(Ensemble.of(to - from, d, part), random.split(r)));
        }
        return joined(states);
    }

    @Override
    public StepResult step(State state, RandomStream random) {
        List<State> states = new ArrayList<>();
        List<StepInfo> infos = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            StepResult result = one.step(part(state, r), random.split(r));
            states.add(result.state());
            infos.add(result.info());
        }
        return new StepResult(
                joined(states),
                new StepInfo(
                        infos.get(0).iteration(),
                        infos.stream().mapToDouble(StepInfo::residual).max().orElseThrow(),
                        infos.stream().mapToDouble(StepInfo::spread).average().orElseThrow(),
                        infos.stream().mapToInt(StepInfo::failed).sum(),
                        means(infos.stream().map(StepInfo::values).toList())));
    }

    private State joined(List<State> states) {
        State all = State.empty();
        for (int r = 0; r < count; r++) {
            State state = states.get(r);
            for (String name : state.arrayNames()) {
                if (!name.equals(State.PARTICLES) && !name.equals(State.FAILURES)) {
                    all = all.with(PREFIX + r + "." + name, state.array(name));
                }
            }
            for (String name : state.scalarNames()) {
                all = all.with(PREFIX + r + "." + name, state.scalar(name));
            }
        }
        Ensemble particles = below(states.stream().map(s -> s.ensemble(State.PARTICLES)).toList());
        double[] failures =
                states.stream()
                        .flatMapToDouble(s -> Arrays.stream(s.array(State.FAILURES)))
                        .toArray();
        return all.with(State.ITERATION, states.get(0).iteration())
                .with(State.PARTICLES, particles)
                .with(State.FAILURES, failures);
    }

    private State part(State all, int r) {
        String prefix = PREFIX + r + ".";
        State state = State.empty();
        for (String name : all.arrayNames()) {
            if (name.startsWith(prefix)) {
                state = state.with(name.substring(prefix.length()), all.array(name));
            }
        }
        for (String name : all.scalarNames()) {
            if (name.startsWith(prefix)) {
                state = state.with(name.substring(prefix.length()), all.scalar(name));
            }
        }
        return state.with(State.PARTICLES, slice(all.array(State.PARTICLES), r))
                .with(State.FAILURES, slice(all.array(State.FAILURES), r));
    }

    private double[] slice(double[] all, int r) {
        int length = all.length / count;
        return Arrays.copyOfRange(all, r * length, (r + 1) * length);
    }

    private static Ensemble below(List<Ensemble> parts) {
        double[] data = parts.stream().flatMapToDouble(p -> Arrays.stream(p.data())).toArray();
        int d = parts.get(0).dimension();
        return Ensemble.of(data.length / d, d, data);
    }

    /** The mean of each value over the runs that have it. */
    private static Map<String, Double> means(List<Map<String, Double>> values) {
        Map<String, Double> means = new LinkedHashMap<>();
        for (Map<String, Double> own : values) {
            for (String name : own.keySet()) {
                means.computeIfAbsent(
                        name,
                        key ->
                                values.stream()
                                        .filter(v -> v.containsKey(key))
                                        .mapToDouble(v -> v.get(key))
                                        .average()
                                        .orElseThrow());
            }
        }
        return means;
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        List<Posterior> all = new ArrayList<>();
        Map<String, Reason> worst = new LinkedHashMap<>();
        for (int r = 0; r < count; r++) {
            Posterior own = one.posterior(part(state, r), random.split(r));
            all.add(own);
            own.reasons()
                    .forEach(
                            reason ->
                                    worst.merge(
                                            reason.code(),
                                            reason,
                                            (a, b) ->
                                                    a.status().compareTo(b.status()) < 0 ? b : a));
        }
        Posterior first = all.get(0);
        Ensemble draws = below(all.stream().map(Posterior::draws).toList());
        Map<String, Double> diagnostics = means(all.stream().map(Posterior::diagnostics).toList());
        List<Reason> reasons = new ArrayList<>(worst.values());
        if (first.particles()) {
            diagnostics.put(COUNT, (double) count);
            compare(draws, diagnostics, reasons);
        } else {
            // Chains are independent of each other whichever run they belong to.
            diagnostics.computeIfPresent(CHAINS, (name, chains) -> count * chains);
        }
        return new Posterior(draws, first.particles(), reasons, diagnostics, first.mode());
    }

    private void compare(Ensemble draws, Map<String, Double> diagnostics, List<Reason> reasons) {
        double rhat = 0;
        double[] column = new double[draws.size()];
        for (int j = 0; j < draws.dimension(); j++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = draws.get(i, j);
            }
            rhat = Math.max(rhat, ChainStatistics.ofReplicates(column, count).rhat());
        }
        diagnostics.put("largest-rhat", rhat);
        if (rhat > RHAT_LIMIT) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "replicates-disagree",
                            "the replicates lie further apart than their particles explain (largest"
                                    + " R-hat)",
                            rhat,
                            RHAT_LIMIT,
                            "raise solver.iterations; if they still differ, the posterior may have"
                                    + " several modes: compare with solver.type langevin"));
        }
    }
}
