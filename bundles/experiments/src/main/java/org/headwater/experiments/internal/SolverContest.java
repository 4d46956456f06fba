package org.headwater.experiments.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.diagnostics.Samples;
import org.headwater.experiments.internal.Experiment.Setup;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Trial;
import org.headwater.studies.Accuracy;
import org.headwater.studies.Comparison;

/**
 * Solvers side by side on a problem at the same number of evaluations of the model with its
 * gradient, each with several seeds, against a long run of an exact sampler; built on {@link
 * Comparison}, which gives each solver the iterations that its budget pays for.
 *
 * @param problem with simulated data
 * @param tiny whether solvers are to be small, too
 * @param budget evaluations of each run
 * @param reference evaluations of the long run
 * @param nearZero a parameter within ± that counts as near zero
 */
record SolverContest(
        SimulatedProblem problem, boolean tiny, long budget, long reference, double nearZero) {
    private static final List<String> SOLVERS =
            List.of(
                    "rwpo",
                    "myula",
                    "mala",
                    "nuts",
                    "ot-flow",
                    "sparse-transformer",
                    "sparse-transformer:layer=particles");

    /** The flows' settings: what they cost beside the model is in proportion to steps. */
    private static final String FLOW = ":batch=64:steps=3:draws=2000";

    /** The same, and rwpo's, with a small budget. */
    private static final String SMALL_FLOW = ":batch=10:steps=2:width=6:draws=60";

    private static final String SMALL_RWPO = ":particles=20";

    /** The one whose wins and losses are told. */
    private static final String SUBJECT = "sparse-transformer";

    private static final long REFERENCE_SEED = 1000;

    /** Figures of a run that are better when smaller, with their columns' names. */
    private static final Map<String, String> SCORES =
            new TreeMap<>(
                    Map.of(
                            "mean", "mean error/sd",
                            "energy", "energy distance",
                            "spread", "|sd ratio - 1|",
                            "l1", "L1 error of the mean"));

    private Trial with(String solver) {
        boolean flow = solver.equals("ot-flow") || solver.startsWith(SUBJECT);
        String settings = "";
        if (flow) {
            settings = tiny ? SMALL_FLOW : FLOW;
        } else if (tiny && solver.equals("rwpo")) {
            settings = SMALL_RWPO;
        }
        return problem.trial().withSolver(Comparison.section(solver + settings));
    }

    private static String referenceOf(String problem) {
        return problem + ", reference";
    }

    private static String cellOf(String problem, String solver, int seed) {
        return problem + ", " + solver + ", seed " + seed;
    }

    /** The reference, then all solvers with one seed after the other. */
    List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        Trial exact = Comparison.exact(problem.trial());
        Map<String, Object> common =
                Map.of(
                        "reference", exact.fingerprint(),
                        "reference-budget", reference,
                        "reference-seed", REFERENCE_SEED);
        String name = problem.name();
        cells.add(new Cell(referenceOf(name), common, done -> reference(exact, setup)));
        for (int s = 1; s <= setup.seeds(); s++) {
            for (String solver : SOLVERS) {
                int seed = s;
                Trial trial = with(solver);
                Map<String, Object> settings = new TreeMap<>(common);
                settings.put("problem", trial.fingerprint());
                settings.put("budget", budget);
                settings.put("seed", seed);
                settings.put("near-zero", nearZero);
                cells.add(
                        new Cell(
                                cellOf(name, solver, seed),
                                settings,
                                done -> run(trial, seed, done.get(referenceOf(name)), setup)));
            }
        }
        return cells;
    }

    private Values reference(Trial exact, Setup setup) {
        Trial.Result run =
                Comparison.spend(exact, reference, REFERENCE_SEED, setup.threads(), setup.stop());
        Ensemble draws = run.posterior().draws();
        String file =
                problem.name()
                        + "-reference-"
                        + exact.fingerprint().substring(0, 8)
                        + "-"
                        + reference
                        + ".npy";
        writeNpy(setup.directory().resolve("cells").resolve(file), draws);
        return Values.of(
                        Values.FILE,
                        file,
                        "floor",
                        Accuracy.floor(run.posterior()),
                        "cost",
                        run.cost(),
                        "seconds",
                        run.seconds(),
                        "method",
                        String.valueOf(exact.solver().get("method")),
                        "verdict",
                        run.verdict().status().name())
                .with(own(draws));
    }

    /** What is told of draws without a reference: the mean's error and how many are near zero. */
    private Object[] own(Ensemble draws) {
        double[] mean = Samples.mean(draws);
        double[] truth = problem.truth();
        double error = 0;
        double size = 0;
        for (int j = 0; j < truth.length; j++) {
            error += Math.abs(mean[j] - truth[j]);
            size += Math.abs(truth[j]);
        }
        double near =
                Arrays.stream(draws.data()).filter(v -> Math.abs(v) < nearZero).count()
                        / (double) draws.data().length;
        return new Object[] {"l1", error / size, "near", near};
    }

    private Values run(Trial trial, int seed, Values reference, Setup setup) {
        Ensemble exact =
                trial.draws(
                        setup.directory().resolve("cells").resolve(reference.text(Values.FILE)));
        try {
            Trial.Result run = Comparison.spend(trial, budget, seed, setup.threads(), setup.stop());
            Ensemble draws = run.posterior().draws();
            Accuracy a = Accuracy.of(draws, exact);
            return Values.of(
                            "fault", "",
                            "verdict", run.verdict().status().name(),
                            "mean", a.mean(),
                            "least", a.leastSd(),
                            "ratio", a.meanSd(),
                            "largest", a.largestSd(),
                            "spread", Math.abs(a.meanSd() - 1),
                            "correlation", a.correlation(),
                            "energy", a.energy(),
                            "cost", run.cost(),
                            "steps", run.steps(),
                            "seconds", run.seconds())
                    .with(own(draws));
        } catch (InvalidInputException | IllegalStateException e) {
            return Values.of("fault", String.valueOf(e.getMessage()));
        }
    }

    /** What the figures are. */
    static void explain(Setup setup, Report report) {
        report.text(
                "Every solver has the same number of evaluations of the model with its gradient (a"
                        + " Jacobian counts as min(d, m) of them; those that a flow's importance"
                        + " weights take after its training are not counted). Default settings, but"
                        + " for the flows 3 steps and batches of 64; layer=particles is the layer"
                        + " of arXiv 2510.16356 as it stands there. Mean error: rms over the"
                        + " parameters, in standard deviations of the reference, whose own Monte"
                        + " Carlo error stands in its row. sd ratio:"
                        + " mean, least and largest over parameters and seeds. Energy distance: the"
                        + " squared one over sqrt(d), unbiased. L1 error of the mean: sum of |mean -"
                        + " truth| over sum of |truth|, of the coefficients; the reference's is what"
                        + " the posterior itself allows. Near zero: share of |theta| < 0.1/weight. ±:"
                        + " half the 95 % interval over "
                        + setup.seeds()
                        + " seeds of the solver, the data being the same; a win or loss is a"
                        + " difference outside its 95 % interval (Welch).");
    }

    /**
     * A table of the solvers, one of the subject's wins and losses, and a chart.
     *
     * @param problem its name
     */
    static void report(
            String problem, String heading, Setup setup, Results results, Report report) {
        Values reference = results.get(referenceOf(problem));
        Report.Table table =
                Report.table(
                        "solver",
                        "mean error/sd",
                        "± of mean",
                        "sd ratio",
                        "least",
                        "largest",
                        "energy distance",
                        "± of ED",
                        "L1 error of the mean",
                        "± of L1",
                        "near zero",
                        "evaluations",
                        "seconds",
                        "verdicts");
        table.row(
                "reference (" + reference.text("method") + ")",
                reference.number("floor"),
                Double.NaN,
                1.0,
                1.0,
                1.0,
                0.0,
                Double.NaN,
                reference.number("l1"),
                Double.NaN,
                reference.number("near"),
                (long) reference.number("cost"),
                reference.number("seconds"),
                reference.text("verdict"));
        Chart chart =
                new Chart("Error against time: " + heading, "seconds", true, "mean error/sd", true);
        Map<String, Values[]> runs = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        for (String solver : SOLVERS) {
            Values[] all =
                    IntStream.rangeClosed(1, setup.seeds())
                            .mapToObj(s -> results.get(cellOf(problem, solver, s)))
                            .toArray(Values[]::new);
            for (Values v : all) {
                if (!v.text("fault").isEmpty()) {
                    faults.add(solver + " failed: " + v.text("fault"));
                }
            }
            Values[] good =
                    Arrays.stream(all)
                            .filter(v -> v.text("fault").isEmpty())
                            .toArray(Values[]::new);
            if (good.length > 0) {
                runs.put(solver, good);
                row(table, solver, good);
                chart.points(solver, numbers(good, "seconds"), numbers(good, "mean"));
            }
        }
        report.add(problem, heading, table);
        faults.stream().distinct().forEach(report::text);
        report.add(chart);
        if (runs.containsKey(SUBJECT) && setup.seeds() > 1) {
            verdicts(problem, heading, runs, report);
        }
    }

    private static double[] numbers(Values[] all, String name) {
        return Arrays.stream(all).mapToDouble(v -> v.number(name)).toArray();
    }

    private static void row(Report.Table table, String solver, Values[] all) {
        Estimate mean = Estimate.of(all, "mean");
        Estimate energy = Estimate.of(all, "energy");
        Estimate l1 = Estimate.of(all, "l1");
        table.row(
                solver,
                mean.mean(),
                mean.half(),
                Estimate.of(all, "ratio").mean(),
                Arrays.stream(numbers(all, "least")).min().orElseThrow(),
                Arrays.stream(numbers(all, "largest")).max().orElseThrow(),
                energy.mean(),
                energy.half(),
                l1.mean(),
                l1.half(),
                Estimate.of(all, "near").mean(),
                Math.round(Estimate.of(all, "cost").mean()),
                Estimate.of(all, "seconds").mean(),
                Report.tally(all, "verdict"));
    }

    private static void verdicts(
            String problem, String heading, Map<String, Values[]> runs, Report report) {
        Report.Table table =
                Report.table("against", "figure", "theirs", "its", "difference", "±", SUBJECT);
        for (String solver : SOLVERS) {
            if (solver.equals(SUBJECT) || !runs.containsKey(solver)) {
                continue;
            }
            SCORES.forEach(
                    (key, name) -> {
                        Estimate its = Estimate.of(runs.get(SUBJECT), key);
                        Estimate theirs = Estimate.of(runs.get(solver), key);
                        double gap = its.mean() - theirs.mean();
                        double half = its.halfOfDifference(theirs);
                        table.row(
                                solver,
                                name,
                                theirs.mean(),
                                its.mean(),
                                gap,
                                half,
                                gap < -half ? "wins" : gap > half ? "loses" : "ties");
                    });
        }
        report.add(problem + "-verdicts", heading + ": where " + SUBJECT + " stands", table);
    }

    /** NumPy's format, version 1.0: n × d numbers. */
    private static void writeNpy(Path file, Ensemble x) {
        String header =
                "{'descr': '<f8', 'fortran_order': False, 'shape': ("
                        + x.size()
                        + ", "
                        + x.dimension()
                        + "), }";
        int length = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
        ByteBuffer bytes =
                ByteBuffer.allocate(10 + length + 8 * x.data().length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        bytes.putShort((short) length);
        bytes.put(
                (header + " ".repeat(length - 1 - header.length()) + "\n")
                        .getBytes(StandardCharsets.US_ASCII));
        bytes.asDoubleBuffer().put(x.data());
        try {
            Path draft = file.resolveSibling(file.getFileName() + ".part");
            Files.write(draft, bytes.array());
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A sparse truth: so many of the first {@code among} coefficients are ±(½ + e), e exponential
     * of mean ½; the others are 0.
     */
    static double[] sparse(int d, int nonzero, int among, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        double[] truth = new double[d];
        int placed = 0;
        while (placed < nonzero) {
            int at = random.below(among);
            if (truth[at] == 0) {
                double size = 0.5 - 0.5 * Math.log1p(-random.uniform());
                truth[at] = random.uniform() < 0.5 ? -size : size;
                placed++;
            }
        }
        return truth;
    }
}
