package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.headwater.api.Problem;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.kernels.flow.Attention.Policy;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/**
 * Held-out KL of trained flows: the tables of docs/research/sparse-transformer.md. One thread. It
 * is the mean of log q − log π̃ plus the exact log Z or one of a long training; "by weights" plus
 * the log mean of the draws' own weights, which errs far less where q is near π, and is too small
 * where draws miss a part of it. The system properties {@code flow.problems}, {@code flow.methods},
 * {@code flow.iterations}, {@code flow.rates}, {@code flow.width}, {@code flow.reference}
 * (iterations for log Z) and {@code flow.seeds} choose what is run; the table goes to
 * target/divergence.md.
 */
class DivergenceStudy {
    private static final int HELD_OUT = 16_000;

    /** Before a dimension: a product of Laplace laws. */
    private static final String LAPLACE = "lap";

    /** Draws for log Z, for each iteration before them. */
    private static final int REFERENCE_DRAWS = 300;

    private static Problem problem(String name) {
        switch (name) {
            case "lasso10":
                return lasso(10, 100, 0, 6);
            case "lassoS20":
                return lasso(20, 60, 0.7, 25);
            case "lasso64":
                return lasso(64, 128, 0.5, 15);
            case "lasso128":
                return lasso(128, 256, 0.5, 15);
            default:
                return laplace(Integer.parseInt(name.substring(LAPLACE.length())));
        }
    }

    private static Problem laplace(int d) {
        return Problems.of(new Problems.Quadratic(new double[d * d], new double[d]), 1, 1);
    }

    /** Rows of A normal with correlations ρ^|i−j|; one coefficient in four is not 0; noise sd 1. */
    private static Problem lasso(int d, int rows, double rho, double lambda) {
        KeyedRandom random = KeyedRandom.of(2025).split(d);
        double[] truth = new double[d];
        for (int j = 0; j < d; j += 4) {
            truth[j] = 1.5 * random.gaussian();
        }
        double[] h = new double[d * d];
        double[] b = new double[d];
        double[] a = new double[d];
        for (int i = 0; i < rows; i++) {
            double y = random.gaussian();
            for (int j = 0; j < d; j++) {
                double fresh = random.gaussian();
                a[j] = j == 0 ? fresh : rho * a[j - 1] + Math.sqrt(1 - rho * rho) * fresh;
                y += a[j] * truth[j];
            }
            for (int j = 0; j < d; j++) {
                b[j] += a[j] * y;
                for (int k = 0; k < d; k++) {
                    h[j * d + k] += a[j] * a[k];
                }
            }
        }
        return Problems.of(new Problems.Quadratic(h, b), lambda, 1);
    }

    private static FlowOptions options(String method, int iterations, double rate, int draws) {
        Last last =
                switch (method) {
                    case "kr" -> Last.READOUT;
                    case "sl", "sl0" -> Last.SLOTS;
                    default -> Last.NONE;
                };
        FlowOptions options =
                new FlowOptions(
                        last,
                        !method.equals("sl0"),
                        iterations,
                        256,
                        6,
                        Integer.getInteger("flow.width", 24),
                        32,
                        rate,
                        0,
                        0,
                        draws);
        return method.startsWith("p") ? options.with(particles(method)) : options;
    }

    /** p, then c, f, s or g for the keys' policy, j for joint, t for the soft threshold. */
    private static FlowOptions.Particles particles(String method) {
        Policy policy =
                switch (method.charAt(1)) {
                    case 'c' -> Policy.CROSS_FIT;
                    case 'f' -> Policy.FIXED;
                    case 's' -> Policy.SELF;
                    default -> Policy.STOP_GRADIENT;
                };
        return new FlowOptions.Particles(
                method.contains("j"),
                !method.contains("t"),
                policy,
                Integer.getInteger("flow.keys", 128),
                Double.parseDouble(System.getProperty("flow.time", "0.1")));
    }

    private record Outcome(double divergence, ImportanceOf weights, double seconds) {}

    private record ImportanceOf(double logNormaliser, double k, double share, double leastSlope) {}

    private static Outcome run(Problem problem, FlowOptions options, long seed) {
        Stepper stepper = Problems.stepper(problem, options, 1);
        long begun = System.nanoTime();
        State state = Problems.train(stepper, seed, options.iterations());
        double seconds = (System.nanoTime() - begun) * 1e-9;
        Map<String, Double> v =
                stepper.posterior(state, KeyedRandom.of(seed).split(2)).diagnostics();
        return new Outcome(
                v.get("kl") - v.get("log-normaliser"),
                new ImportanceOf(
                        v.get("log-normaliser"),
                        v.get("pareto-shape"),
                        v.get("effective-share"),
                        v.get("least-slope")),
                seconds);
    }

    private static String[] words(String key, String otherwise) {
        return System.getProperty(key, otherwise).split(",");
    }

    @Test
    void divergences() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "| problem | its | rate | method | KL mean ± s.e. | by weights | per seed | k̂ | share"
                        + " | least J | log Z range | s |");
        lines.add("|---|---|---|---|---|---|---|---|---|---|---|---|");
        int seeds = Integer.parseInt(System.getProperty("flow.seeds", "5"));
        Map<String, Double> references = new LinkedHashMap<>();
        for (String name : words("flow.problems", "lap2,lap10,lasso10,lassoS20")) {
            Problem problem = problem(name);
            double logZ =
                    name.startsWith(LAPLACE)
                            ? problem.dimension() * Math.log(2)
                            : reference(problem, lines, name);
            references.put(name, logZ);
            for (String its : words("flow.iterations", "200")) {
                for (String rate : words("flow.rates", "0.01")) {
                    for (String method : words("flow.methods", "ot,kr,sl,sl0")) {
                        List<Outcome> all = new ArrayList<>();
                        for (int seed = 0; seed < seeds; seed++) {
                            all.add(
                                    run(
                                            problem,
                                            options(
                                                    method,
                                                    Integer.parseInt(its),
                                                    Double.parseDouble(rate),
                                                    HELD_OUT),
                                            seed));
                        }
                        lines.add(row(name, its, rate, method, all, logZ));
                        Files.write(Path.of("target", "divergence.md"), lines);
                    }
                }
            }
        }
        assertTrue(references.values().stream().allMatch(Double::isFinite));
    }

    /** log Z from the kernel read-out's weights, whose tail must be light. */
    private static double reference(Problem problem, List<String> lines, String name) {
        int its = Integer.getInteger("flow.reference", 600);
        Outcome reference = run(problem, options("kr", its, 0.01, its * REFERENCE_DRAWS), 77);
        lines.add(
                String.format(
                        Locale.ROOT,
                        "log Z of %s: %.4f (k̂ %.2f, share %.2f)%n",
                        name,
                        reference.weights().logNormaliser(),
                        reference.weights().k(),
                        reference.weights().share()));
        return reference.weights().logNormaliser();
    }

    private static String row(
            String name, String its, String rate, String method, List<Outcome> all, double logZ) {
        double[] kl = all.stream().mapToDouble(o -> o.divergence() + logZ).toArray();
        double[] byWeights =
                all.stream()
                        .mapToDouble(o -> o.divergence() + o.weights().logNormaliser())
                        .toArray();
        StringBuilder each = new StringBuilder();
        for (double v : kl) {
            each.append(String.format(Locale.ROOT, "%.4f ", v));
        }
        double[] logs = all.stream().mapToDouble(o -> o.weights().logNormaliser()).toArray();
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s| %.2f | %.2f | %.2f | %.3f..%.3f | %.1f |",
                name,
                its,
                rate,
                method,
                meanAndError(kl),
                meanAndError(byWeights),
                each,
                all.stream().mapToDouble(o -> o.weights().k()).max().orElse(0),
                all.stream().mapToDouble(o -> o.weights().share()).min().orElse(0),
                all.stream().mapToDouble(o -> o.weights().leastSlope()).min().orElse(0),
                Arrays.stream(logs).min().orElse(0),
                Arrays.stream(logs).max().orElse(0),
                all.stream().mapToDouble(Outcome::seconds).average().orElse(0));
    }

    private static String meanAndError(double[] x) {
        double mean = Arrays.stream(x).average().orElse(0);
        double square = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum();
        double error = Math.sqrt(square / Math.max(1, x.length - 1) / x.length);
        return String.format(Locale.ROOT, "%.4f ± %.4f", mean, error);
    }
}
