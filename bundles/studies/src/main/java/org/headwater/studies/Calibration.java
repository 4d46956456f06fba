package org.headwater.studies;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Trial;
import org.headwater.studies.internal.CalibrationFiles;
import org.headwater.studies.internal.CalibrationJudge;

/**
 * Whether the posteriors of a problem hold what they promise, for this model, noise, prior and
 * solver: truths are drawn from the prior, data are simulated from them and the solver draws the
 * posterior of each; over such replicates
 *
 * <ul>
 *   <li>the rank of the truth among draws is uniform, for every parameter, for the misfit and for
 *       the prior's potential (simulation-based calibration: S. Talts et al., arXiv 1804.06788; the
 *       misfit sees what parameters do not: M. Modrák et al., Bayesian Analysis 2023,
 *       doi:10.1214/23-BA1404);
 *   <li>central intervals of 50, 80, 90 and 95 % hold so many of the truths;
 *   <li>the share of draws nearer than the truth to a random point is uniform (TARP: P. Lemos et
 *       al., ICML 2023, arXiv 2302.03026), which sees dependences that no single parameter shows.
 * </ul>
 *
 * <p>Each replicate has random streams of its own, so that results do not depend on the number of
 * threads, nor on whether a study was interrupted or its number of replicates raised later:
 * finished replicates are files, and those that carry the same fingerprint are not run again.
 */
public final class Calibration {
    /** L: ranks go from 0 to L. */
    public static final int RANKS = 99;

    /** Levels of the intervals. */
    static final double[] LEVELS = {0.5, 0.8, 0.9, 0.95};

    private static final long TRUTH = 0;
    private static final long DATA = 1;
    private static final long THINNING = 2;
    private static final long POINT = 3;

    /** Truths tried before the model counts as one that fails at its own prior. */
    private static final int TRUTHS = 20;

    private Calibration() {}

    /**
     * What to do.
     *
     * @param replicates R ≥ 2
     * @param directory where files go; made if it is not there
     * @param seed of all random streams
     * @param threads replicates that run at once
     */
    public record Options(int replicates, Path directory, long seed, int threads) {}

    /**
     * A replicate.
     *
     * @param index r, from 0
     * @param ranks of the truth among {@value #RANKS} draws: d parameters, then misfit, then the
     *     prior's potential
     * @param below share of all draws below the truth, one per parameter
     * @param nearer rank of the truth by distance from a random point
     * @param status of the run's own verdict
     * @param cost evaluations, a Jacobian as min(d, m)
     * @param seconds of the run
     */
    public record Replicate(
            int index,
            int[] ranks,
            double[] below,
            int nearer,
            String status,
            long cost,
            double seconds) {}

    /**
     * The directory that a study goes to by default: the same study finds its replicates again.
     *
     * @param runs where runs are kept
     */
    public static Path directory(Path runs, Trial trial, long seed) {
        return runs.resolve(
                trial.name() + "-calibration-" + fingerprint(trial, seed).substring(0, 8));
    }

    private static String fingerprint(Trial trial, long seed) {
        return trial.fingerprint() + "-" + seed + "-" + RANKS;
    }

    /**
     * Runs the replicates that are not there yet, judges all, and writes calibration.json,
     * ranks.csv and report.html.
     *
     * @param done told the number of replicates that are done, from the caller's thread
     * @throws InvalidInputException if the prior cannot be drawn from, or the directory holds
     *     another study
     * @throws InterruptedException if the caller was interrupted; finished replicates stay
     */
    public static CalibrationResult run(Trial trial, Options options, IntConsumer done)
            throws InterruptedException {
        if (trial.truth(KeyedRandom.of(options.seed())).isEmpty()) {
            throw InvalidInputException.of(
                    "prior",
                    "must be proper and one that can be drawn from for a calibration: l1,"
                            + " elastic-net, group-lasso, gaussian, nonneg with a weight, box, and"
                            + " these in an orthonormal basis",
                    null,
                    "give every parameter a positive weight, or calibrate with a prior like it");
        }
        try {
            CalibrationFiles files =
                    CalibrationFiles.open(options.directory(), fingerprint(trial, options.seed()));
            Replicate[] all = new Replicate[options.replicates()];
            List<Integer> open = new ArrayList<>();
            for (int r = 0; r < all.length; r++) {
                Optional<Replicate> kept = files.read(r);
                all[r] = kept.orElse(null);
                if (kept.isEmpty()) {
                    open.add(r);
                }
            }
            done.accept(all.length - open.size());
            work(trial, options, files, open, all, done);
            CalibrationResult result = CalibrationJudge.of(trial, List.of(all));
            files.write(result, trial, options.seed());
            return result;
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a directory that can be written",
                    options.directory() + " (" + e.getMessage() + ")",
                    "check its permissions or choose another");
        }
    }

    private static void work(
            Trial trial,
            Options options,
            CalibrationFiles files,
            List<Integer> open,
            Replicate[] all,
            IntConsumer done)
            throws InterruptedException, IOException {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, options.threads()));
        try {
            ExecutorCompletionService<Replicate> jobs = new ExecutorCompletionService<>(pool);
            for (int r : open) {
                jobs.submit(() -> replicate(trial, options.seed(), r, stop));
            }
            for (int k = 0; k < open.size(); k++) {
                Replicate replicate = jobs.take().get();
                files.write(replicate);
                all[replicate.index()] = replicate;
                done.accept(all.length - open.size() + k + 1);
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new UncheckedIOException(new IOException(e.getCause()));
        } finally {
            stop.set(true);
            pool.shutdownNow();
        }
    }

    private static Replicate replicate(Trial trial, long seed, int index, AtomicBoolean stop) {
        KeyedRandom random = KeyedRandom.of(seed).split(index);
        double[] truth = null;
        double[] data = null;
        for (int k = 0; data == null; k++) {
            truth = trial.truth(random.split(TRUTH).split(k)).orElseThrow();
            try {
                data = trial.simulate(truth, random.split(DATA).split(k));
            } catch (IllegalStateException e) {
                if (k == TRUTHS) {
                    throw InvalidInputException.of(
                            "prior",
                            "must give truths that the forward model can be evaluated at",
                            e.getMessage(),
                            "choose a prior with less spread");
                }
            }
        }
        Trial own = trial.withData(data);
        // any value will do, if only it is another one for each replicate and seed
        long stream = random.split(THINNING).below(Integer.MAX_VALUE);
        Trial.Result result = own.run(stream, 1, Integer.MAX_VALUE, Long.MAX_VALUE, stop::get);
        if (stop.get()) {
            throw new CancellationException();
        }
        Ensemble draws = result.posterior().draws();
        double[] theta = truth;
        int[] chosen = chosen(draws.size(), random.split(THINNING));
        int d = truth.length;
        int[] ranks = new int[d + 2];
        double[] below = new double[d];
        for (int j = 0; j < d; j++) {
            int column = j;
            ranks[j] = rank(chosen, i -> draws.get(i, column), theta[j]);
            for (int i = 0; i < draws.size(); i++) {
                below[j] += draws.get(i, j) < theta[j] ? 1.0 / draws.size() : 0;
            }
        }
        ranks[d] = rank(chosen, i -> own.misfit(draws.point(i)), own.misfit(theta));
        ranks[d + 1] = rank(chosen, i -> own.potential(draws.point(i)), own.potential(theta));
        double[] point = trial.truth(random.split(POINT)).orElseThrow();
        double[] scale = scale(draws);
        int nearer =
                rank(
                        chosen,
                        i -> distance(draws.point(i), point, scale),
                        distance(theta, point, scale));
        return new Replicate(
                index,
                ranks,
                below,
                nearer,
                result.verdict().status().name(),
                result.cost(),
                result.seconds());
    }

    /** L draws without replacement; with, if there are fewer. */
    private static int[] chosen(int n, KeyedRandom random) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int i = n - 1; i > 0; i--) {
            int j = random.below(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        int[] chosen = new int[RANKS];
        Arrays.setAll(chosen, i -> order[i % n]);
        return chosen;
    }

    /** A value for a draw. */
    private interface Quantity {
        double of(int draw);
    }

    private static int rank(int[] chosen, Quantity quantity, double truth) {
        int rank = 0;
        for (int i : chosen) {
            rank += quantity.of(i) < truth ? 1 : 0;
        }
        return rank;
    }

    /** Standard deviations of the draws: the metric may depend on the data, not on the truth. */
    private static double[] scale(Ensemble draws) {
        int d = draws.dimension();
        double[] mean = new double[d];
        double[] square = new double[d];
        for (int i = 0; i < draws.size(); i++) {
            for (int j = 0; j < d; j++) {
                mean[j] += draws.get(i, j) / draws.size();
                square[j] += draws.get(i, j) * draws.get(i, j) / draws.size();
            }
        }
        double[] scale = new double[d];
        for (int j = 0; j < d; j++) {
            double variance = square[j] - mean[j] * mean[j];
            scale[j] = variance > 0 ? Math.sqrt(variance) : 1;
        }
        return scale;
    }

    private static double distance(double[] x, double[] y, double[] scale) {
        double sum = 0;
        for (int j = 0; j < x.length; j++) {
            double delta = (x[j] - y[j]) / scale[j];
            sum += delta * delta;
        }
        return sum;
    }
}
