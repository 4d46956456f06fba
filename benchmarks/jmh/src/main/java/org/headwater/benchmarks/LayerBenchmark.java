package org.headwater.benchmarks;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.headwater.api.Ensemble;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.rwpo.CovarianceCorrection;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;
import org.headwater.kernels.workers.FixedWorkers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The layers of a solver's step on standard normal particles, h = 0.1, by number of particles and
 * dimension. The compiler's choices differ between processes, hence several forks.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 8, time = 2)
@Measurement(iterations = 5, time = 2)
public class LayerBenchmark {
    private static final double KAPPA = 2.5;

    /** Particles × coordinates. */
    @Param({"500x2", "2000x2", "8000x2", "2000x8", "8000x8", "2000x32", "2000x128"})
    public String shape;

    /** Threads. */
    @Param("2")
    public int threads;

    private FixedWorkers workers;
    private Ensemble x;
    private Ensemble barycentre;
    private Ensemble correction;
    private Ensemble logNormalisers;
    private double[] logNormaliser;
    private double[] selfWeight;
    private double[] selfWeights;
    private double[] kappa;
    private double[] ones;

    /** Draws the particles. */
    @Setup(Level.Trial)
    public void draw() {
        String[] numbers = shape.split("x");
        int n = Integer.parseInt(numbers[0]);
        int d = Integer.parseInt(numbers[1]);
        workers = new FixedWorkers(threads);
        Random random = new Random(1);
        x = Ensemble.zeros(n, d);
        barycentre = Ensemble.zeros(n, d);
        correction = Ensemble.zeros(n, d);
        logNormalisers = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            x.data()[i] = random.nextGaussian();
            logNormalisers.data()[i] = -Math.abs(x.data()[i]) / 2;
        }
        logNormaliser = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                logNormaliser[i] += logNormalisers.get(i, j);
            }
        }
        selfWeight = new double[n];
        selfWeights = new double[d];
        kappa = new double[d];
        ones = new double[d];
        Arrays.fill(kappa, KAPPA);
        Arrays.fill(ones, 1);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** One softmax over all coordinates, single precision. */
    @Benchmark
    public Ensemble jointSingle() {
        JointLayer.selfSingle(
                x, KAPPA, logNormaliser, barycentre, selfWeight, LayerLoops.best(), workers);
        return barycentre;
    }

    /** One softmax over all coordinates, double precision. */
    @Benchmark
    public Ensemble jointDouble() {
        JointLayer.self(x, KAPPA, logNormaliser, barycentre, selfWeight, workers);
        return barycentre;
    }

    /** A softmax per coordinate, double precision. */
    @Benchmark
    public Ensemble tensorised() {
        TensorisedLayer.self(x, kappa, logNormalisers, barycentre, selfWeights, workers);
        return barycentre;
    }

    /** The covariance correction. */
    @Benchmark
    public Ensemble correction() {
        CovarianceCorrection.of(x, workers).apply(x, ones, ones, correction, workers);
        return correction;
    }
}
