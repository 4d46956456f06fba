package org.headwater.experiments.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.diagnostics.Samples;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;

/**
 * Images of three kinds, spikes, blocks and a matrix of rank one, from too few random sums of their
 * pixels with noise, under three priors, each made for one kind: who does best where, and what the
 * wrong prior costs. The weight of each prior is chosen for each kind, on images of its own.
 */
public final class PriorsExperiment implements Experiment {
    private static final String[] KINDS = {"spikes", "blocks", "rank one"};
    private static final String[] PRIORS = {"l1", "tv", "low-rank"};
    private static final double NOISE = 0.05;
    private static final double TAIL = 0.05;

    @Override
    public String name() {
        return "priors";
    }

    @Override
    public String summary() {
        return "L1, TV and low-rank priors on problems made for each and against each";
    }

    @Override
    public int seeds() {
        return 5;
    }

    private static int side(Setup setup) {
        return setup.small() ? 4 : 8;
    }

    private static int data(Setup setup) {
        return side(setup) * side(setup) * 5 / 8;
    }

    private static double[] weights(Setup setup) {
        return setup.small() ? new double[] {5} : new double[] {1, 3, 10, 30};
    }

    private static String solver(Setup setup) {
        return setup.small()
                ? "{type: langevin, method: mala, chains: 4, iterations: 20}"
                : "{type: langevin, method: nuts, chains: 4, iterations: 150}";
    }

    /** An image of a kind, row by row. */
    static double[] image(String kind, int side, RandomStream random) {
        double[] x = new double[side * side];
        switch (kind) {
            case "spikes":
                for (int k = 0; k < side * side / 10 + 1; k++) {
                    double size = 1 + random.uniform();
                    x[random.below(x.length)] = random.uniform() < 0.5 ? size : -size;
                }
                return x;
            case "blocks":
                for (int k = 0; k < 2; k++) {
                    // one block of the upper half, one of the lower
                    int top = k * side / 2 + random.below(side / 4 + 1);
                    int left = random.below(side / 2 + 1);
                    for (int i = top; i < top + side / 4; i++) {
                        for (int j = left; j < left + side / 2; j++) {
                            x[i * side + j] = 1 - 2 * k;
                        }
                    }
                }
                return x;
            default:
                double[] rows = new double[side];
                double[] columns = new double[side];
                for (int i = 0; i < side; i++) {
                    rows[i] = random.gaussian();
                    columns[i] = random.gaussian();
                }
                for (int i = 0; i < x.length; i++) {
                    x[i] = rows[i / side] * columns[i % side];
                }
                return x;
        }
    }

    /** The problem of an image; image 0 is for the choice of weights. */
    private static SimulatedProblem problem(String kind, int seed, Setup setup) {
        int side = side(setup);
        int d = side * side;
        int m = data(setup);
        String name = kind.replace(' ', '-') + "-" + seed;
        KeyedRandom random = KeyedRandom.of(seed).split(Arrays.asList(KINDS).indexOf(kind));
        double[] matrix = new double[m * d];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = random.split(0).split(i).gaussian() / Math.sqrt(m);
        }
        Path folder = setup.directory().resolve("problems").resolve(name);
        try {
            Files.createDirectories(folder);
            SimulatedProblem.writeRows(folder.resolve("A.csv"), matrix, d);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String yaml =
                """
                # Made by 'headwater experiment priors'; the truth is in truth.csv.
                forward-model: {type: linear, matrix: A.csv}
                data: {values: data.csv}
                noise: {type: gaussian, sd: %s}
                prior: {type: l1, weight: 1.0}
                solver: %s
                seed: 1
                """
                        .formatted(NOISE, solver(setup));
        double[] truth = image(kind, side, random.split(1));
        return SimulatedProblem.of(name, yaml, 1, m, truth, seed, setup);
    }

    private static Trial trial(SimulatedProblem problem, String prior, double weight, Setup setup) {
        int side = side(setup);
        String shape =
                switch (prior) {
                    case "tv" -> ", shape: [" + side + ", " + side + "]";
                    case "low-rank" -> ", rows: " + side + ", columns: " + side;
                    default -> "";
                };
        Path file =
                setup.directory()
                        .resolve("problems")
                        .resolve(problem.name())
                        .resolve("problem.yaml");
        String section = "prior={type: " + prior + ", weight: " + weight + shape + "}";
        return setup.trials().of(ProblemFile.read(file, List.of(section)));
    }

    private static String choiceOf(String kind, String prior) {
        return kind + ", " + prior + ", weight";
    }

    private static String cellOf(String kind, String prior, int seed) {
        return kind + ", " + prior + ", seed " + seed;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        double[] weights = weights(setup);
        for (int s = 0; s <= setup.seeds(); s++) {
            for (String kind : KINDS) {
                SimulatedProblem problem = problem(kind, s, setup);
                for (String prior : PRIORS) {
                    int seed = s;
                    Map<String, Object> settings =
                            Map.of(
                                    "problem",
                                    trial(problem, prior, weights[0], setup).fingerprint(),
                                    "weights",
                                    weights,
                                    "choice",
                                    trial(problem(kind, 0, setup), prior, weights[0], setup)
                                            .fingerprint());
                    cells.add(
                            seed == 0
                                    ? new Cell(
                                            choiceOf(kind, prior),
                                            settings,
                                            done -> choice(problem, prior, setup))
                                    : new Cell(
                                            cellOf(kind, prior, seed),
                                            settings,
                                            done ->
                                                    measured(
                                                            problem,
                                                            prior,
                                                            done.get(choiceOf(kind, prior))
                                                                    .number("weight"),
                                                            seed,
                                                            setup)));
                }
            }
        }
        return cells;
    }

    /** The weight under which the posterior mean is nearest to the truth. */
    private static Values choice(SimulatedProblem problem, String prior, Setup setup) {
        if (weights(setup).length == 1) {
            return Values.of("weight", weights(setup)[0]);
        }
        double best = Double.POSITIVE_INFINITY;
        double weight = Double.NaN;
        for (double w : weights(setup)) {
            double error = measured(problem, prior, w, 0, setup).number("error");
            if (error < best) {
                best = error;
                weight = w;
            }
        }
        return Values.of("weight", weight);
    }

    private static Values measured(
            SimulatedProblem problem, String prior, double weight, int seed, Setup setup) {
        Trial.Result run =
                trial(problem, prior, weight, setup)
                        .run(
                                seed,
                                setup.threads(),
                                Integer.MAX_VALUE,
                                Long.MAX_VALUE,
                                setup.stop());
        Ensemble draws = run.posterior().draws();
        double[] mean = Samples.mean(draws);
        double[] truth = problem.truth();
        double gap = 0;
        double size = 0;
        int covered = 0;
        for (int j = 0; j < truth.length; j++) {
            gap += (mean[j] - truth[j]) * (mean[j] - truth[j]);
            size += truth[j] * truth[j];
            double[] column = Samples.column(draws, j);
            Arrays.sort(column);
            int cut = (int) (TAIL * column.length);
            if (truth[j] >= column[cut] && truth[j] <= column[column.length - 1 - cut]) {
                covered++;
            }
        }
        return Values.of(
                "error", Math.sqrt(gap / size),
                "covered", (double) covered / truth.length,
                "seconds", run.seconds(),
                "verdict", run.verdict().status().name());
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        int side = side(setup);
        report.text(
                String.format(
                        Locale.ROOT,
                        "Images of %1$d × %1$d pixels from %2$d random sums of them, noise of sd %3$s."
                                + " Each prior's weight is the best of %4$s for an image of the kind"
                                + " that is not used again. Error: |mean - truth|/|truth| in the"
                                + " Euclidean norm, mean and half the 95 %% interval over %5$d images"
                                + " with matrices and noise of their own; covered: share of pixels"
                                + " inside their 90 %% intervals. Each kind is made for the prior in"
                                + " its place: spikes l1, blocks tv, rank one low-rank; excess: error above that"
                                + " prior's, image by image. Solver: %6$s.",
                        side,
                        data(setup),
                        NOISE,
                        Arrays.toString(weights(setup)),
                        setup.seeds(),
                        solver(setup)));
        Report.Table table =
                Report.table(
                        "image",
                        "prior",
                        "weight",
                        "error",
                        "±",
                        "covered",
                        "excess",
                        "± of excess",
                        "seconds",
                        "verdicts");
        Chart chart =
                new Chart("Error by prior", "prior", false, "relative error", false)
                        .categories(PRIORS);
        for (String kind : KINDS) {
            Estimate[] errors = new Estimate[PRIORS.length];
            Values[][] runs = new Values[PRIORS.length][];
            for (int p = 0; p < PRIORS.length; p++) {
                String prior = PRIORS[p];
                runs[p] =
                        IntStream.rangeClosed(1, setup.seeds())
                                .mapToObj(s -> results.get(cellOf(kind, prior, s)))
                                .toArray(Values[]::new);
                errors[p] = Estimate.of(runs[p], "error");
            }
            Values[] own = runs[Arrays.asList(KINDS).indexOf(kind)];
            for (int p = 0; p < PRIORS.length; p++) {
                Values[] its = runs[p];
                Estimate excess =
                        Estimate.of(
                                IntStream.range(0, own.length)
                                        .mapToDouble(
                                                s ->
                                                        its[s].number("error")
                                                                - own[s].number("error"))
                                        .toArray());
                table.row(
                        kind,
                        PRIORS[p],
                        results.get(choiceOf(kind, PRIORS[p])).number("weight"),
                        errors[p].mean(),
                        errors[p].half(),
                        Estimate.of(runs[p], "covered").mean(),
                        excess.mean(),
                        excess.half(),
                        Estimate.of(runs[p], "seconds").mean(),
                        Report.tally(runs[p], "verdict"));
            }
            chart.points(
                    kind,
                    IntStream.range(0, PRIORS.length).asDoubleStream().toArray(),
                    Arrays.stream(errors).mapToDouble(Estimate::mean).toArray());
        }
        report.add("priors", "Error of the mean", table);
        report.add(chart);
    }
}
