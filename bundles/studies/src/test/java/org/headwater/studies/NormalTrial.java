package org.headwater.studies;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Verdict;

/**
 * y = θ + N(0, 1) with θ ~ N(0, 1) in each of two parameters: the posterior is N(y/2, ½). Its
 * solver draws it exactly, or too wide or too narrow by a factor, or shifted; a step gives ten
 * draws for ten evaluations.
 */
final class NormalTrial implements Trial {
    private static final int D = 2;

    private final double[] data;
    private final Map<String, Object> solver;
    private final boolean proper;
    final AtomicInteger runs;

    NormalTrial(double width, double shift) {
        this(new double[] {1, -2}, solver(width, shift), true, new AtomicInteger());
    }

    private NormalTrial(
            double[] data, Map<String, Object> solver, boolean proper, AtomicInteger runs) {
        this.data = data;
        this.solver = solver;
        this.proper = proper;
        this.runs = runs;
    }

    private static Map<String, Object> solver(double width, double shift) {
        Map<String, Object> solver = new LinkedHashMap<>();
        solver.put("type", "normal");
        solver.put("width", width);
        solver.put("shift", shift);
        return solver;
    }

    NormalTrial improper() {
        return new NormalTrial(data, solver, false, runs);
    }

    private double number(String key, double otherwise) {
        return solver.get(key) instanceof Number n ? n.doubleValue() : otherwise;
    }

    @Override
    public String name() {
        return "normal";
    }

    @Override
    public long seed() {
        return 1;
    }

    @Override
    public List<String> parameters() {
        return List.of("a", "b");
    }

    @Override
    public double[] data() {
        return data.clone();
    }

    @Override
    public String fingerprint() {
        return "0123456789abcdef" + solver;
    }

    @Override
    public Map<String, Object> solver() {
        return new LinkedHashMap<>(solver);
    }

    @Override
    public Optional<double[]> truth(RandomStream random) {
        return proper
                ? Optional.of(new double[] {random.gaussian(), random.gaussian()})
                : Optional.empty();
    }

    @Override
    public double[] simulate(double[] truth, RandomStream random) {
        return new double[] {truth[0] + random.gaussian(), truth[1] + random.gaussian()};
    }

    @Override
    public double misfit(double[] theta) {
        return 0.5 * (Math.pow(theta[0] - data[0], 2) + Math.pow(theta[1] - data[1], 2));
    }

    @Override
    public double potential(double[] theta) {
        return 0.5 * (theta[0] * theta[0] + theta[1] * theta[1]);
    }

    @Override
    public Trial withData(double[] other) {
        return new NormalTrial(other, solver, proper, runs);
    }

    @Override
    public Trial withSolver(Map<String, Object> section) {
        Object type = section.get("type");
        if ("refuser".equals(type)) {
            throw InvalidInputException.of("prior.type", "must be another problem", null, "no");
        }
        if (!"normal".equals(type) && !"langevin".equals(type)) {
            throw InvalidInputException.notInstalled(
                    "solver.type", "solver", String.valueOf(type), "installed: normal");
        }
        if (section.containsKey("particles")) {
            throw InvalidInputException.of("solver.particles", "is no key", 1, "leave it out");
        }
        return new NormalTrial(data, section, proper, runs);
    }

    @Override
    public Ensemble draws(Path source) {
        return run(99, 1, 1000, Long.MAX_VALUE, () -> false).posterior().draws();
    }

    @Override
    public int particles() {
        return 10;
    }

    @Override
    public int iterations() {
        return (int) number("iterations", 30);
    }

    @Override
    public Result run(long seed, int threads, int steps, long budget, BooleanSupplier stop) {
        runs.incrementAndGet();
        int done =
                (int)
                        Math.min(
                                Math.min(steps, iterations()),
                                budget / 10 + (budget % 10 > 0 ? 1 : 0));
        Ensemble x = Ensemble.zeros(10 * done, D);
        KeyedRandom random = KeyedRandom.of(seed);
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < D; j++) {
                double z = number("width", 1) * random.gaussian() + number("shift", 0);
                x.data()[i * D + j] = data[j] / 2 + Math.sqrt(0.5) * z;
            }
        }
        Posterior posterior = new Posterior(x, false, List.of(), Map.of("chains", 10.0), null);
        return new Result(
                posterior, Verdict.of(List.of()), done, 10L * done, 0, 10L * done, 0, 0.5);
    }
}
