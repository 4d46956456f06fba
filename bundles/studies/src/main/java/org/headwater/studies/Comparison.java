package org.headwater.studies;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Reason;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;
import org.headwater.studies.internal.ComparisonFiles;

/**
 * How solvers compare on a problem at the same cost: each gets the same number of evaluations of
 * the model with its gradient, a Jacobian counting as min(d, m) of them, and is measured against a
 * reference. Each solver runs with an eighth, a quarter, half and all of the budget, each time anew
 * with a number of iterations that fits, as somebody would who has only so much: what a solver that
 * was stopped half-way through its burn-in has to show is nobody's interest.
 */
public final class Comparison {
    /** Names for methods of {@code langevin}. */
    private static final Set<String> METHODS =
            Set.of("mala", "nuts", "myula", "ula", "pcn", "gibbs");

    private static final int[] PARTS = {8, 4, 2, 1};

    /** The reference of a problem that has none is a run with so many budgets. */
    private static final int REFERENCE_BUDGETS = 10;

    private static final int PILOT_STEPS = 5;

    /** Fewer steps than that are made more by taking fewer particles. */
    private static final int FEW_STEPS = 40;

    private static final int FEW_PARTICLES = 50;
    private static final String ITERATIONS = "iterations";

    private final Trial problem;
    private final Options options;
    private final BooleanSupplier stop;
    private final Consumer<String> progress;

    private Comparison(
            Trial problem, Options options, BooleanSupplier stop, Consumer<String> progress) {
        this.problem = problem;
        this.options = options;
        this.stop = stop;
        this.progress = progress;
    }

    /**
     * What to do.
     *
     * @param solvers as {@link #section} reads them
     * @param budget evaluations
     * @param reference draws to compare with, a run directory or .npy file; null for a long run of
     *     an exact solver
     * @param directory where files go, new or empty
     * @param seed of all random streams
     * @param threads of each run
     */
    public record Options(
            List<String> solvers,
            long budget,
            Path reference,
            Path directory,
            long seed,
            int threads) {}

    /**
     * What a solver came to with a budget.
     *
     * @param solver its name as given
     * @param budget evaluations that it could have
     * @param evaluations evaluations that it took
     * @param jacobians Jacobians that it took
     * @param cost evaluations + jacobians·min(d, m)
     * @param seconds of the run
     * @param verdict of the run
     * @param accuracy against the reference
     * @param fault why there is none of this, or the empty string
     */
    public record Entry(
            String solver,
            long budget,
            long evaluations,
            long jacobians,
            long cost,
            double seconds,
            String verdict,
            Accuracy accuracy,
            String fault) {}

    /**
     * All entries.
     *
     * @param reference what the solvers were measured against
     * @param floor the rms error of the reference's own means, in standard deviations; NaN if it is
     *     not known
     * @param doubts why the reference may be wrong
     * @param entries by solver, then by budget
     */
    public record Result(
            String reference, double floor, List<String> doubts, List<Entry> entries) {}

    /**
     * The solver section of a name: {@code TYPE}, or a method of {@code langevin} by its own name,
     * with settings after colons, e.g. {@code rwpo:particles=500:iterations=50}.
     *
     * @throws InvalidInputException if it has another form
     */
    public static Map<String, Object> section(String name) {
        String[] parts = name.strip().split(":");
        Map<String, Object> section = new LinkedHashMap<>();
        if (METHODS.contains(parts[0])) {
            section.put("type", "langevin");
            section.put("method", parts[0]);
        } else {
            section.put("type", parts[0]);
        }
        section.putAll(ProblemFile.settings(Arrays.asList(parts).subList(1, parts.length)));
        return section;
    }

    /**
     * Runs all solvers and writes comparison.json, comparison.csv and report.html.
     *
     * @param stop asked between steps; true ends the comparison
     * @param progress told what runs
     * @throws InvalidInputException if a solver is not installed, none takes the problem, or the
     *     reference or the directory cannot be used
     */
    public static Result run(
            Trial problem, Options options, BooleanSupplier stop, Consumer<String> progress) {
        try {
            boolean made = ComparisonFiles.claim(options.directory());
            boolean written = false;
            try {
                Result result = new Comparison(problem, options, stop, progress).compare();
                if (!stop.getAsBoolean()) {
                    ComparisonFiles.write(options.directory(), problem, options, result);
                    written = true;
                }
                return result;
            } finally {
                if (made && !written) {
                    ComparisonFiles.discard(options.directory());
                }
            }
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a directory that can be written",
                    options.directory() + " (" + e.getMessage() + ")",
                    "check its permissions or choose another");
        }
    }

    private Result compare() {
        List<Contender> contenders = contenders();
        List<String> doubts = new ArrayList<>();
        Ensemble draws;
        String name;
        double floor = Double.NaN;
        if (options.reference() != null) {
            name = options.reference().toString();
            draws = problem.draws(options.reference());
        } else {
            Trial exact = exact(problem);
            name = exact.solver().get("method") + " with " + REFERENCE_BUDGETS + " budgets";
            progress.accept("reference: " + name);
            Trial.Result run = spend(exact, REFERENCE_BUDGETS * options.budget(), -1);
            draws = run.posterior().draws();
            for (Reason r : run.verdict().reasons()) {
                if (r.status() != Reason.Status.PASS) {
                    doubts.add(r.message());
                }
            }
            floor = Accuracy.floor(run.posterior());
        }
        List<Entry> entries = new ArrayList<>();
        for (int s = 0; s < contenders.size(); s++) {
            Contender contender = contenders.get(s);
            if (contender.trial() == null) {
                entries.add(fault(contender.name(), options.budget(), contender.fault()));
                continue;
            }
            for (int part : PARTS) {
                long budget = options.budget() / part;
                if (!stop.getAsBoolean()) {
                    progress.accept(contender.name() + ": " + budget + " evaluations");
                    entries.add(entry(contender, budget, s, draws));
                }
            }
        }
        return new Result(name, floor, doubts, entries);
    }

    /**
     * A solver that takes part.
     *
     * @param trial the problem with it; null if it does not take the problem
     * @param fault why not, or the empty string
     */
    private record Contender(String name, Trial trial, String fault) {}

    /** Those that refuse the problem are listed with their reason, unless all do. */
    private List<Contender> contenders() {
        List<Contender> contenders = new ArrayList<>();
        InvalidInputException first = null;
        for (String name : options.solvers()) {
            try {
                contenders.add(new Contender(name, problem.withSolver(section(name)), ""));
            } catch (InvalidInputException e) {
                if (e.missingPlugin().isPresent()) {
                    throw e;
                }
                first = first == null ? e : first;
                progress.accept(name + ": left out, " + e.getMessage());
                contenders.add(new Contender(name, null, e.getMessage()));
            }
        }
        if (contenders.stream().allMatch(c -> c.trial() == null)) {
            throw first;
        }
        return contenders;
    }

    /** The problem with a solver whose draws are exact: Gibbs where it allows that, else NUTS. */
    public static Trial exact(Trial problem) {
        try {
            return problem.withSolver(section("gibbs"));
        } catch (InvalidInputException e) {
            return problem.withSolver(section("nuts"));
        }
    }

    private Entry entry(Contender contender, long budget, int stream, Ensemble reference) {
        try {
            Trial.Result run = spend(contender.trial(), budget, stream);
            return new Entry(
                    contender.name(),
                    budget,
                    run.evaluations(),
                    run.jacobians(),
                    run.cost(),
                    run.seconds(),
                    run.verdict().status().name(),
                    Accuracy.of(run.posterior().draws(), reference),
                    "");
        } catch (InvalidInputException | IllegalStateException e) {
            return fault(contender.name(), budget, String.valueOf(e.getMessage()));
        }
    }

    private static Entry fault(String solver, long budget, String why) {
        return new Entry(solver, budget, 0, 0, 0, Double.NaN, "", Accuracy.NONE, why);
    }

    private Trial.Result spend(Trial trial, long budget, int stream) {
        return spend(trial, budget, options.seed() + 1 + stream, options.threads(), stop);
    }

    /**
     * Runs a problem's solver with as many iterations as a budget pays for.
     *
     * @param budget evaluations of the model with its gradient
     * @param seed of all random streams
     * @param threads to work on
     * @param stop asked between steps; true ends the run
     */
    public static Trial.Result spend(
            Trial trial, long budget, long seed, int threads, BooleanSupplier stop) {
        Trial.Result pilot = trial.run(seed, threads, PILOT_STEPS, budget, stop);
        double step =
                Math.max(
                        1,
                        (double) (pilot.cost() - pilot.startCost()) / Math.max(1, pilot.steps()));
        double left = Math.max(1, budget - pilot.startCost());
        Trial fitted = trial;
        if (left / step < FEW_STEPS) {
            int d = trial.parameters().size();
            int fewer =
                    (int) Math.max(Math.max(FEW_PARTICLES, (11 * d + 9) / 10), left / FEW_STEPS);
            if (fewer < trial.particles() && step >= trial.particles()) {
                Trial smaller = with(trial, "particles", fewer);
                step *= smaller == trial ? 1 : (double) fewer / trial.particles();
                fitted = smaller;
            }
        }
        int iterations = (int) Math.max(2, Math.min(left / step, 10_000_000));
        if (!trial.solver().containsKey(ITERATIONS)) {
            fitted = with(fitted, ITERATIONS, iterations);
        }
        Trial.Result run = fitted.run(seed, threads, Integer.MAX_VALUE, budget, stop);
        // a step whose cost changes as it is tuned, as of NUTS: once more with what it has become
        double later = (double) (run.cost() - run.startCost()) / Math.max(1, run.steps());
        boolean off = later > 1.1 * step || run.cost() < 0.8 * budget;
        if (off && fitted.iterations() == iterations && !trial.solver().containsKey(ITERATIONS)) {
            int again = (int) Math.max(2, left / Math.max(1, later));
            run =
                    with(fitted, ITERATIONS, again)
                            .run(seed, threads, Integer.MAX_VALUE, budget, stop);
        }
        return run;
    }

    /** With a setting, unless the solver has no such setting or the user has given it. */
    private static Trial with(Trial trial, String key, int value) {
        Map<String, Object> section = trial.solver();
        if (section.containsKey(key) && !key.equals(ITERATIONS)) {
            return trial;
        }
        section.put(key, value);
        try {
            return trial.withSolver(section);
        } catch (InvalidInputException e) {
            return trial;
        }
    }
}
