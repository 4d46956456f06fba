package org.headwater.kernels.dense;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** The largest eigenvalue of a symmetric operator that is not negative. */
public final class PowerMethod {
    private static final long SEED = 20_082;

    private PowerMethod() {}

    /**
     * An estimate from below, by the power method. It starts from numbers of a fixed seed: a vector
     * of equal ones, say, may be an eigenvector of a small eigenvalue, and would stay one.
     *
     * @param d size
     * @param steps applications of A
     * @param a x ↦ Ax; may modify x
     * @return |Av|, v the vector of length 1 before the last step; 0 if Av vanishes
     */
    public static double largest(int d, int steps, UnaryOperator<double[]> a) {
        double[] v = new SplittableRandom(SEED).doubles(d, -1, 1).toArray();
        double norm = Math.sqrt(DenseProducts.dot(v, 0, v, 0, d));
        for (int k = 0; k < steps && norm > 0; k++) {
            double scale = 1 / norm;
            double[] unit = v;
            Arrays.setAll(unit, i -> scale * unit[i]);
            v = a.apply(unit);
            norm = Math.sqrt(DenseProducts.dot(v, 0, v, 0, d));
        }
        return norm;
    }
}
