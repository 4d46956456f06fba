package org.headwater.model.eit.internal.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.headwater.api.DenseMatrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The voltages are linear in the transfer matrix; their adjoint and their packed form must fit. */
class ExperimentLawTest {
    private static final int L = 6;

    static List<Experiment> experiments() {
        DenseMatrix adjacent = new DenseMatrix(L, L, Patterns.pairs(L, 1, L));
        DenseMatrix open = new DenseMatrix(L, L - 1, Patterns.pairs(L, 1, L - 1));
        DenseMatrix complete = new DenseMatrix(L, L, Patterns.complete(L));
        DenseMatrix trigonometric = new DenseMatrix(L, L - 1, Patterns.trigonometric(L));
        return List.of(
                new Experiment(adjacent, adjacent, false),
                new Experiment(adjacent, open, true),
                new Experiment(Experiment.centred(trigonometric), complete, false),
                new Experiment(Experiment.centred(trigonometric), adjacent, false));
    }

    /** A symmetric matrix whose rows sum to zero, made of a grounded one. */
    private static double[] transfer(double[] packed) {
        double[] grounded = new double[L * L];
        for (int b = 0; b < L - 1; b++) {
            for (int a = 0; a <= b; a++) {
                grounded[a * L + b] = packed[b * (b + 1) / 2 + a];
                grounded[b * L + a] = grounded[a * L + b];
            }
        }
        double[] g = Experiment.centred(new DenseMatrix(L, L, grounded)).data();
        DenseMatrix turned = new DenseMatrix(L, L, g).transpose();
        return Experiment.centred(turned).data();
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void voltagesArePlainMatrixProducts(Experiment e) {
        double[] g = transfer(new Random(3).doubles(15, -1, 1).toArray());
        double[] v = new double[e.dataSize()];
        e.voltages(g, new double[e.scratchSize()], v, 0);
        int[] used = e.used();
        for (int i = 0; i < v.length; i++) {
            int m = used[i] / e.patterns();
            int p = used[i] % e.patterns();
            double sum = 0;
            for (int a = 0; a < L; a++) {
                for (int b = 0; b < L; b++) {
                    sum += e.measurement().get(a, m) * g[a * L + b] * e.currents().get(b, p);
                }
            }
            assertEquals(sum, v[i], 1e-13);
        }
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void pullBackIsTheAdjoint(Experiment e) {
        Random random = new Random(4);
        double[] g = transfer(random.doubles(15, -1, 1).toArray());
        double[] r = random.doubles(e.dataSize(), -1, 1).toArray();
        double[] v = new double[e.dataSize()];
        double[] scratch = new double[e.scratchSize()];
        e.voltages(g, scratch, v, 0);
        double[] gBar = new double[L * L];
        e.pullBack(r, scratch, gBar);
        double left = 0;
        for (int i = 0; i < r.length; i++) {
            left += r[i] * v[i];
        }
        double right = 0;
        for (int i = 0; i < L * L; i++) {
            right += g[i] * gBar[i];
        }
        assertEquals(left, right, 1e-12);
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void differentialsAreVoltagesOfPackedMatrices(Experiment e) {
        int n = 3;
        double[] packed = new Random(5).doubles(15 * n, -1, 1).toArray();
        double[] out = new double[e.dataSize() * (n + 1) + 1];
        e.differentials(packed, n, new double[(L - 1) * n], out, 1, n + 1);
        double[] scratch = new double[e.scratchSize()];
        double[] v = new double[e.dataSize()];
        for (int k = 0; k < n; k++) {
            double[] one = new double[15];
            for (int pair = 0; pair < 15; pair++) {
                one[pair] = packed[pair * n + k];
            }
            e.voltages(transfer(one), scratch, v, 0);
            for (int i = 0; i < v.length; i++) {
                assertEquals(v[i], out[1 + i * (n + 1) + k], 1e-13);
            }
        }
    }
}
