package org.headwater.report.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.Geometry;
import org.headwater.api.Noise;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ImageOptions;
import org.headwater.runtime.RunResult.ParameterSummary;
import org.headwater.runtime.Verdict;

/**
 * Runs to report on: a linear Gaussian problem whose posterior is known in closed form and drawn
 * exactly. {@code main} writes their reports, to look at.
 */
final class Examples {
    static final double BACKGROUND = 0.3;
    private static final double RADIUS = 0.14;
    private static final int ELECTRODES = 16;
    private static final int BLOBS = 12;
    private static final double BLOB_WIDTH = 0.017;

    private Examples() {}

    /** Writes {@code tank} and {@code line} below a folder. */
    public static void main(String[] args) throws IOException {
        Path base = Path.of(args[0]);
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        new RunReport().report(tank(Files.createDirectories(base.resolve("tank")), threads));
        new RunReport().report(line(Files.createDirectories(base.resolve("line")), threads));
    }

    /** The mean of A along chords between electrodes, of log conductivity as Gaussian blobs. */
    static RunResult tank(Path directory, int threads) {
        Geometry mesh = Meshes.disc(RADIUS, 26, ELECTRODES);
        List<double[]> centres = new ArrayList<>();
        for (int i = 0; i < BLOBS; i++) {
            for (int j = 0; j < BLOBS; j++) {
                double x = ((j + 0.5) / BLOBS * 2 - 1) * RADIUS;
                double y = (1 - (i + 0.5) / BLOBS * 2) * RADIUS;
                if (Math.hypot(x, y) < 0.95 * RADIUS) {
                    centres.add(new double[] {x, y});
                }
            }
        }
        int d = centres.size();
        List<double[]> rows = new ArrayList<>();
        List<Integer> group = new ArrayList<>();
        for (int a = 0; a < ELECTRODES; a++) {
            for (int b = 0; b < ELECTRODES; b++) {
                int apart = Math.floorMod(b - a, ELECTRODES);
                if (apart > 1 && apart < ELECTRODES - 1) {
                    rows.add(chord(a, b, centres));
                    group.add(a);
                }
            }
        }
        int m = rows.size();
        double[] truth = new double[d];
        for (int k = 0; k < d; k++) {
            double[] c = centres.get(k);
            truth[k] =
                    0.42 * bump(c, -0.45 * RADIUS, 0.4 * RADIUS, 0.24 * RADIUS)
                            - 0.38 * bump(c, 0.4 * RADIUS, -0.3 * RADIUS, 0.22 * RADIUS);
        }
        double[] matrix = rows.stream().flatMapToDouble(Arrays::stream).toArray();
        List<String> names = IntStream.range(0, d).mapToObj(k -> "blob " + k).toList();
        ParameterBlock block =
                new ParameterBlock("field", names, "", new double[d], new FieldShape(d), null);
        List<String> electrodes =
                IntStream.rangeClosed(1, ELECTRODES).mapToObj(Integer::toString).toList();
        DataLayout layout =
                new DataLayout(
                        "voltage",
                        "mV",
                        "electrode",
                        electrodes,
                        group.stream().mapToInt(Integer::intValue).toArray());
        double[] blobs = blobs(mesh, centres);
        List<DerivedField> fields =
                List.of(
                        new BlobField("conductivity", Double.NaN, mesh, blobs),
                        new BlobField("conductivity-change", 0, mesh, blobs));
        MatrixModel model = new MatrixModel(List.of(block), m, matrix, fields, layout);
        return run(directory, "tank", model, truth, 0.25, 0.008, threads, 400);
    }

    /** Deconvolution of a line of 40 spikes, without fields. */
    static RunResult line(Path directory, int threads) {
        int d = 40;
        double[] matrix = new double[d * d];
        double[] truth = new double[d];
        truth[7] = 3;
        truth[8] = 2;
        truth[25] = -2.5;
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                matrix[i * d + j] = Math.exp(-0.5 * (i - j) * (i - j) / 1.44);
            }
        }
        List<String> names = IntStream.rangeClosed(1, d).mapToObj(k -> "x" + k).toList();
        ParameterBlock block =
                new ParameterBlock("field", names, "", new double[d], new FieldShape(d), null);
        MatrixModel model =
                new MatrixModel(List.of(block), d, matrix, List.of(), DataLayout.plain(d));
        return run(directory, "line", model, truth, 1.0, 0.15, threads, 500);
    }

    /** A row of the matrix: the mean of each blob along the chord between two electrodes. */
    private static double[] chord(int a, int b, List<double[]> centres) {
        double[] row = new double[centres.size()];
        int points = 60;
        for (int p = 0; p < points; p++) {
            double s = (p + 0.5) / points;
            double angleA = Math.PI / 2 - 2 * Math.PI * a / ELECTRODES;
            double angleB = Math.PI / 2 - 2 * Math.PI * b / ELECTRODES;
            double x = RADIUS * ((1 - s) * Math.cos(angleA) + s * Math.cos(angleB));
            double y = RADIUS * ((1 - s) * Math.sin(angleA) + s * Math.sin(angleB));
            for (int k = 0; k < row.length; k++) {
                row[k] +=
                        bump(new double[] {x, y}, centres.get(k)[0], centres.get(k)[1], BLOB_WIDTH)
                                / points;
            }
        }
        return row;
    }

    private static double bump(double[] at, double x, double y, double width) {
        double r2 = (at[0] - x) * (at[0] - x) + (at[1] - y) * (at[1] - y);
        return Math.exp(-0.5 * r2 / (width * width));
    }

    private static RunResult run(
            Path directory,
            String name,
            MatrixModel model,
            double[] truth,
            double priorSd,
            double noiseSd,
            int threads,
            int n) {
        Random random = new Random(7);
        int m = model.dataSize();
        int d = model.dimension();
        double[] data = model.apply(truth, 0);
        for (int i = 0; i < m; i++) {
            data[i] += noiseSd * random.nextGaussian();
        }
        double[] draws = posterior(model.matrix(), data, priorSd, noiseSd, n, d, random);
        double[] mode = new double[d];
        List<ParameterSummary> summary = new ArrayList<>();
        for (int j = 0; j < d; j++) {
            double[] x = new double[n];
            for (int i = 0; i < n; i++) {
                x[i] = draws[i * d + j];
            }
            double mean = Arrays.stream(x).average().orElseThrow();
            double sd = Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / n);
            Arrays.sort(x);
            mode[j] = mean;
            summary.add(
                    new ParameterSummary(
                            model.blocks().get(0).parameters().get(j),
                            "",
                            mean,
                            sd,
                            FieldStatistics.quantile(x, 0.05),
                            FieldStatistics.quantile(x, 0.5),
                            FieldStatistics.quantile(x, 0.95),
                            n,
                            sd / Math.sqrt(n),
                            Double.NaN,
                            Map.of(
                                    0.5,
                                    (double) Arrays.stream(x).filter(v -> v > 0.5).count() / n)));
        }
        double[] predicted = new double[m];
        double[] squares = new double[m];
        for (int i = 0; i < n; i++) {
            double[] p = model.apply(draws, i * d);
            for (int k = 0; k < m; k++) {
                predicted[k] += p[k] / n;
                squares[k] += p[k] * p[k] / n;
            }
        }
        double[] predictedSd = new double[m];
        for (int k = 0; k < m; k++) {
            predictedSd[k] = Math.sqrt(Math.max(0, squares[k] - predicted[k] * predicted[k]));
        }
        List<StepInfo> steps = new ArrayList<>();
        for (int k = 1; k <= 120; k++) {
            double settle = Math.exp(-k / 14.0);
            steps.add(
                    new StepInfo(
                            k,
                            0.6 * settle + 0.012 * (1 + 0.2 * Math.sin(k)),
                            0.74 + 0.26 * settle,
                            0,
                            Map.of()));
        }
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("q", 0.15);
        diagnostics.put("mean-self-weight", 0.0214);
        Posterior posterior =
                new Posterior(Ensemble.of(n, d, draws), true, List.of(), diagnostics, mode);
        Reason reason =
                new Reason(
                        Reason.Status.WARN,
                        "not-at-rest",
                        "The flow has not quite come to rest.",
                        0.0131,
                        0.01,
                        "Give it more iterations: solver.iterations: 200.");
        return new RunResult(
                directory,
                name,
                "headwater run " + name + ".yaml --seed 7",
                problem(),
                new ImageOptions(128, Double.NaN),
                manifest(),
                Verdict.of(name.equals("tank") ? List.of(reason) : List.of()),
                model,
                new WhiteNoise(data, noiseSd),
                data,
                posterior,
                summary,
                predicted,
                predictedSd,
                List.of(),
                steps,
                new TestWorkers(threads));
    }

    private static Map<String, Object> problem() {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put(
                "forward-model",
                Map.of("type", "eit", "mesh", Map.of("nodes", 1800), "transform", "log"));
        problem.put("noise", Map.of("type", "gaussian", "sd", 0.012));
        problem.put("prior", Map.of("type", "gaussian", "sd", 0.25));
        problem.put("solver", Map.of("type", "rwpo", "particles", 400, "iterations", 120));
        problem.put("seed", 7);
        return problem;
    }

    private static Map<String, Object> manifest() {
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("headwater", "0.1.0");
        manifest.put("seed", 7L);
        manifest.put("java", "17.0.15 (Eclipse Adoptium)");
        manifest.put("threads", 2);
        manifest.put("timings-seconds", Map.of("solve", 12.41));
        manifest.put(
                "plugins",
                List.of(
                        Map.of(
                                "kind",
                                "prior",
                                "type",
                                "gaussian",
                                "version",
                                "0.1.0",
                                "sha256",
                                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")));
        manifest.put(
                "citations",
                List.of(
                        "Han, Osher, Li: Sparse transformer architectures via regularized"
                                + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356"));
        return manifest;
    }

    /** Draws of N(P⁻¹Aᵀy/σ², P⁻¹), P = AᵀA/σ² + I/τ², by Cholesky factorisation. */
    private static double[] posterior(
            double[] a, double[] y, double tau, double sigma, int n, int d, Random random) {
        int m = y.length;
        double[][] l = new double[d][d];
        double[] mean = new double[d];
        for (int i = 0; i < d; i++) {
            for (int k = 0; k < m; k++) {
                mean[i] += a[k * d + i] * y[k] / (sigma * sigma);
                for (int j = 0; j <= i; j++) {
                    l[i][j] += a[k * d + i] * a[k * d + j] / (sigma * sigma);
                }
            }
            l[i][i] += 1 / (tau * tau);
        }
        for (int j = 0; j < d; j++) {
            for (int i = j; i < d; i++) {
                double s = l[i][j];
                for (int k = 0; k < j; k++) {
                    s -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(s) : s / l[j][j];
            }
        }
        for (int i = 0; i < d; i++) {
            for (int k = 0; k < i; k++) {
                mean[i] -= l[i][k] * mean[k];
            }
            mean[i] /= l[i][i];
        }
        backSubstitute(l, mean);
        double[] draws = new double[n * d];
        for (int r = 0; r < n; r++) {
            double[] z = new double[d];
            for (int i = 0; i < d; i++) {
                z[i] = random.nextGaussian();
            }
            backSubstitute(l, z);
            for (int i = 0; i < d; i++) {
                draws[r * d + i] = mean[i] + z[i];
            }
        }
        return draws;
    }

    /** Solves Lᵀx = b in place. */
    private static void backSubstitute(double[][] l, double[] x) {
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= l[k][i] * x[k];
            }
            x[i] /= l[i][i];
        }
    }

    /** σ₀ exp(Σ θ_k blob_k), or its difference from σ₀ where there is a neutral value. */
    private record BlobField(String name, double neutral, Geometry geometry, double[] blobs)
            implements DerivedField {
        @Override
        public String unit() {
            return "S/m";
        }

        @Override
        public void evaluate(double[] theta, int offset, double[] out) {
            int d = blobs.length / out.length;
            for (int t = 0; t < out.length; t++) {
                double log = 0;
                for (int k = 0; k < d; k++) {
                    log += theta[offset + k] * blobs[t * d + k];
                }
                double sigma = BACKGROUND * Math.exp(log);
                out[t] = Double.isNaN(neutral) ? sigma : sigma - BACKGROUND;
            }
        }
    }

    /** The blobs' values at the triangles' centroids, triangles × blobs. */
    private static double[] blobs(Geometry mesh, List<double[]> centres) {
        double[] out = new double[mesh.triangleCount() * centres.size()];
        for (int t = 0; t < mesh.triangleCount(); t++) {
            double[] at = Meshes.centroid(mesh, t);
            for (int k = 0; k < centres.size(); k++) {
                double[] c = centres.get(k);
                out[t * centres.size() + k] = bump(at, c[0], c[1], BLOB_WIDTH);
            }
        }
        return out;
    }

    /** y = Aθ. */
    record MatrixModel(
            List<ParameterBlock> blocks,
            int dataSize,
            double[] matrix,
            List<DerivedField> fields,
            DataLayout dataLayout)
            implements ForwardModel {
        double[] apply(double[] theta, int offset) {
            int d = dimension();
            double[] out = new double[dataSize];
            for (int i = 0; i < dataSize; i++) {
                for (int j = 0; j < d; j++) {
                    out[i] += matrix[i * d + j] * theta[offset + j];
                }
            }
            return out;
        }

        @Override
        public Evaluator evaluator() {
            throw new UnsupportedOperationException("reports do not evaluate the model");
        }
    }

    /** Independent Gaussian noise. */
    record WhiteNoise(double[] data, double sd) implements Noise {
        @Override
        public int dataSize() {
            return data.length;
        }

        @Override
        public double misfit(double[] predicted, int offset) {
            double sum = 0;
            for (int i = 0; i < data.length; i++) {
                double r = (predicted[offset + i] - data[i]) / sd;
                sum += 0.5 * r * r;
            }
            return sum;
        }

        @Override
        public void gradient(double[] predicted, int offset, double[] out) {
            for (int i = 0; i < data.length; i++) {
                out[i] = (predicted[offset + i] - data[i]) / (sd * sd);
            }
        }

        @Override
        public void whiten(double[] predicted, double[] jacobian, int columns) {
            for (int i = 0; i < jacobian.length; i++) {
                jacobian[i] /= sd;
            }
        }

        @Override
        public void residuals(double[] predicted, double[] out) {
            for (int i = 0; i < data.length; i++) {
                out[i] = (predicted[i] - data[i]) / sd;
            }
        }

        @Override
        public double[] sample(double[] clean, RandomStream random) {
            throw new UnsupportedOperationException("reports do not simulate");
        }
    }
}
