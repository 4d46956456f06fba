package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import org.headwater.kernels.sparse.BatchCholesky;
import org.headwater.kernels.sparse.Lanes;
import org.headwater.kernels.sparse.SparseRows;
import org.headwater.kernels.sparse.SymbolicCholesky;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Milliseconds per particle, on one thread, of the factorisation and of the back-substitution with
 * 16 right-hand sides: medians over {@value #REPETITIONS} batches of different matrices. With the
 * system property {@code headwater.study.output} the matrices are written there for {@code
 * benchmarks/peers/cholmod}.
 */
class FactorStudy {
    private static final int MATRICES = 32;
    private static final int REPETITIONS = 100;
    private static final int WARM_UP = 200;
    private static final int COLUMNS = 16;

    @ParameterizedTest
    @CsvSource({"disc-850, 850", "disc-1800, 1811"})
    void disc(String name, int nodes) throws IOException {
        ElectrodeMesh mesh = RingMesher.mesh(TankShape.equal(1, 16, Math.PI / 16, 0, false), nodes);
        CompleteElectrodeModel model = new CompleteElectrodeModel(mesh);
        double[] values = entries(model);
        report(name, model, values, Lanes.scalar());
        report(name, model, values, Lanes.best());
        String output = System.getProperty("headwater.study.output");
        if (output != null) {
            write(Path.of(output).resolve(name + ".txt"), model.symbolic(), values);
        }
    }

    /** Entries of the matrices by position, one matrix after the other. */
    private static double[] entries(CompleteElectrodeModel model) {
        int count = model.mesh().triangles() + 16;
        int nonzeros = model.factorNonzeros();
        double[] all = new double[MATRICES * nonzeros];
        double[] one = new double[nonzeros];
        for (int k = 0; k < MATRICES; k++) {
            double[] c = new SplittableRandom(k).doubles(count, 0.5, 2).toArray();
            SparseRows assembly = model.assembly();
            Lanes.scalar().multiply(assembly, c, one);
            System.arraycopy(one, 0, all, k * nonzeros, nonzeros);
        }
        return all;
    }

    private static void report(
            String name, CompleteElectrodeModel model, double[] values, Lanes lanes) {
        int width = lanes.width();
        SymbolicCholesky symbolic = model.symbolic();
        BatchCholesky cholesky = symbolic.batch(lanes);
        boolean[] positive = new boolean[width];
        double[] x = new double[symbolic.size() * COLUMNS * width];
        double[] factor = new double[REPETITIONS];
        double[] backward = new double[REPETITIONS];
        int nonzeros = symbolic.nonzeros();
        for (int k = -WARM_UP; k < REPETITIONS; k++) {
            for (int w = 0; w < width; w++) {
                int matrix = Math.floorMod(k * width + w, MATRICES);
                lanes.put(values, matrix * nonzeros, nonzeros, cholesky.values(), w);
            }
            java.util.Arrays.fill(x, 1);
            long start = System.nanoTime();
            cholesky.factor(positive);
            long middle = System.nanoTime();
            cholesky.backward(x, COLUMNS, symbolic.size());
            long end = System.nanoTime();
            assertTrue(positive[0] && positive[width - 1]);
            if (k >= 0) {
                factor[k] = 1e-6 * (middle - start) / width;
                backward[k] = 1e-6 * (end - middle) / width;
            }
        }
        java.util.Arrays.sort(factor);
        java.util.Arrays.sort(backward);
        System.out.printf(
                Locale.ROOT,
                "speed: %s n %d |L| %d lanes %d factor %.4f ms, 16 back-substitutions %.4f ms%n",
                name,
                symbolic.size(),
                nonzeros,
                width,
                factor[REPETITIONS / 2],
                backward[REPETITIONS / 2]);
    }

    /** n, entries of the lower triangle, matrices; then a line i j v_1 … for each entry. */
    private static void write(Path file, SymbolicCholesky symbolic, double[] values)
            throws IOException {
        int nonzeros = symbolic.nonzeros();
        int[] order = symbolic.order();
        StringBuilder lines = new StringBuilder();
        int entries = 0;
        for (int j = 0; j < order.length; j++) {
            for (int i = j; i < order.length; i++) {
                int p = position(symbolic, order[i], order[j]);
                if (p >= 0 && values[p] != 0) {
                    entries++;
                    lines.append(Math.max(order[i], order[j])).append(' ');
                    lines.append(Math.min(order[i], order[j]));
                    for (int k = 0; k < MATRICES; k++) {
                        lines.append(' ').append(values[k * nonzeros + p]);
                    }
                    lines.append('\n');
                }
            }
        }
        try (PrintWriter out =
                new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
            out.println(order.length + " " + entries + " " + MATRICES);
            out.print(lines);
        }
    }

    private static int position(SymbolicCholesky symbolic, int i, int j) {
        try {
            return symbolic.position(i, j);
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }
}
