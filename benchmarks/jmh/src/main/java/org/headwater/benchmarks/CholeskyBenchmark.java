package org.headwater.benchmarks;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.headwater.kernels.sparse.BatchCholesky;
import org.headwater.kernels.sparse.Lanes;
import org.headwater.kernels.sparse.SymbolicCholesky;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Batched sparse Cholesky on a square grid of triangles, one thread: the time of all lanes of a
 * batch (8 with 512-bit registers).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 8, time = 2)
@Measurement(iterations = 5, time = 2)
public class CholeskyBenchmark {
    /** Nodes of a side: n = side². */
    @Param({"29", "42"})
    public int side;

    /** Right-hand sides. */
    @Param("16")
    public int columns;

    private BatchCholesky batch;
    private double[] matrix;
    private double[] b;
    private double[] x;
    private boolean[] positive;

    /** Assembles the matrices, diagonally dominant, another one in each lane. */
    @Setup
    public void assemble() {
        int n = side * side;
        int[] i = new int[3 * n];
        int[] j = new int[3 * n];
        int edges = 0;
        for (int p = 0; p < n; p++) {
            boolean right = p % side + 1 < side;
            boolean below = p / side + 1 < side;
            for (int q : new int[] {right ? p + 1 : -1, below ? p + side : -1}) {
                if (q >= 0) {
                    i[edges] = p;
                    j[edges++] = q;
                }
            }
            if (right && below) {
                i[edges] = p;
                j[edges++] = p + side + 1;
            }
        }
        i = Arrays.copyOf(i, edges);
        j = Arrays.copyOf(j, edges);
        SymbolicCholesky symbolic = SymbolicCholesky.of(n, i, j, new int[0]);
        batch = symbolic.batch(Lanes.best());
        int width = batch.lanes().width();
        Random random = new Random(1);
        batch.clear();
        double[] a = batch.values();
        for (int e = 0; e < edges; e++) {
            for (int lane = 0; lane < width; lane++) {
                double value = 0.5 + random.nextDouble();
                a[symbolic.position(i[e], j[e]) * width + lane] -= value;
                a[symbolic.position(i[e], i[e]) * width + lane] += value;
                a[symbolic.position(j[e], j[e]) * width + lane] += value;
            }
        }
        for (int p = 0; p < n; p++) {
            for (int lane = 0; lane < width; lane++) {
                a[symbolic.position(p, p) * width + lane] += 0.01;
            }
        }
        matrix = a.clone();
        b = random.doubles((long) n * columns * width).toArray();
        x = new double[b.length];
        positive = new boolean[width];
    }

    /** Factors all lanes. */
    @Benchmark
    public boolean[] factor() {
        System.arraycopy(matrix, 0, batch.values(), 0, matrix.length);
        batch.factor(positive);
        return positive;
    }

    /** Factors, and solves for all right-hand sides. */
    @Benchmark
    public double[] factorAndSolve() {
        factor();
        System.arraycopy(b, 0, x, 0, b.length);
        batch.forward(x, columns);
        batch.backward(x, columns, side * side);
        return x;
    }
}
