package org.headwater.backend.nd4j.internal;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Workers;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * One softmax over keys that are their own queries and values:
 *
 * <pre>w_il ∝ exp(−κ|x_i − x_l|² − logZ_l),   x̄_i = Σ_l w_il x_l.</pre>
 *
 * <p>All matrices are in Fortran order, so that columns, which are queries, are contiguous. A tile
 * has all N keys and as many queries as fit into {@link #CPU_TILE} numbers, at least one: per
 * thread O(max(N, tile)) memory, beside O(N·d) for the keys. Arrays are closed where they are made.
 */
abstract class SoftmaxLayer implements AutoCloseable {
    /** Numbers in a tile: small enough for the cache, large enough to hide an operation's start. */
    private static final int CPU_TILE = 1 << 18;

    /** The same on a card. */
    private static final int CUDA_TILE = 1 << 24;

    private static final double LEAST_SINGLE = -80;
    private static final double LEAST_DOUBLE = -700;

    final int n;
    final int d;
    final DataType type;
    private final boolean cpu;
    private final List<INDArray> shared = new ArrayList<>();
    private final INDArray values;

    SoftmaxLayer(int n, int d, double[] x, DataType type, boolean cpu) {
        this.n = n;
        this.d = d;
        this.type = type;
        this.cpu = cpu;
        double[] extended = new double[n * (d + 1)];
        for (int l = 0; l < n; l++) {
            System.arraycopy(x, l * d, extended, l * (d + 1), d);
            extended[l * (d + 1) + d] = 1;
        }
        values = share(matrix(extended, d + 1));
    }

    /** Keeps an array until the layer is closed. */
    final INDArray share(INDArray array) {
        shared.add(array);
        return array;
    }

    /** A matrix with the given number of rows from its columns, one after the other. */
    final INDArray matrix(double[] columns, int rows) {
        long[] shape = {rows, columns.length / rows};
        if (type == DataType.DOUBLE) {
            return Nd4j.create(columns, shape, 'f');
        }
        float[] single = new float[columns.length];
        for (int i = 0; i < single.length; i++) {
            single[i] = (float) columns[i];
        }
        return Nd4j.create(single, shape, 'f');
    }

    /**
     * The exponents of the queries from ≤ i &lt; to, up to a constant per query, N × (to − from).
     */
    abstract INDArray exponents(int from, int to);

    /** What {@link #exponents} has for i = l. */
    abstract double own(int i);

    /**
     * Computes barycentres and self weights.
     *
     * @param mean N × d, modified
     * @param self N values, modified
     */
    final void run(double[] mean, double[] self, Workers workers) {
        int tile = Math.max(1, Math.min(n, (cpu ? CPU_TILE : CUDA_TILE) / n));
        if (cpu) {
            workers.forRanges(n, tile, (from, to) -> tile(from, to, mean, self));
            return;
        }
        for (int from = 0; from < n; from += tile) {
            tile(from, Math.min(n, from + tile), mean, self);
        }
    }

    private void tile(int from, int to, double[] mean, double[] self) {
        double[] top;
        double[] sums;
        try (INDArray weights = exponents(from, to);
                INDArray largest = weights.max(0);
                INDArray out = Nd4j.createUninitialized(type, new long[] {d + 1, to - from}, 'f')) {
            weights.subiRowVector(largest);
            // Numbers below the normal ones would weigh as little and slow everything down.
            Transforms.max(weights, type == DataType.FLOAT ? LEAST_SINGLE : LEAST_DOUBLE, false);
            Transforms.exp(weights, false);
            Nd4j.gemm(values, weights, out, false, false, 1, 0);
            top = largest.data().asDouble();
            sums = out.data().asDouble();
        }
        for (int i = from; i < to; i++) {
            int column = (i - from) * (d + 1);
            double mass = sums[column + d];
            for (int k = 0; k < d; k++) {
                mean[i * d + k] = sums[column + k] / mass;
            }
            self[i] = Math.min(1, Math.exp(own(i) - top[i - from]) / mass);
        }
    }

    @Override
    public final void close() {
        shared.forEach(INDArray::close);
    }
}
