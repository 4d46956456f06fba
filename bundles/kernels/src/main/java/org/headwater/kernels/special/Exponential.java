package org.headwater.kernels.special;

/**
 * exp for the inner loops of the layers.
 *
 * <p>e^x = 2^{k/64}·e^r with k = round(64x/log 2), |r| ≤ log(2)/128: the power of two from a table
 * of 64, e^r − 1 from its Taylor polynomial of degree 5 (next term ≤ 4e-17). Source: Tang, ACM TOMS
 * 15(2), 1989, doi:10.1145/63522.214389, without its error bounds for subnormal results, which are
 * outside the domain here.
 */
public final class Exponential {
    /** Least argument: smaller ones would give subnormal numbers. */
    public static final double LEAST = -708;

    private static final int STEPS = 64;
    private static final double INVERSE = STEPS / Math.log(2);

    /** log(2)/64 to 32 bits, so that k times it is exact, and the rest. */
    private static final double LOG2_HIGH =
            Double.longBitsToDouble(
                    Double.doubleToRawLongBits(Math.log(2) / STEPS) & 0xffffffff00000000L);

    private static final double LOG2_LOW =
            (Math.log(2) / STEPS - LOG2_HIGH) + 2.3190468138462996e-17 / STEPS;

    /** Adding 1.5·2⁵² rounds to an integer, which then stands in the low bits. */
    private static final double ROUND = 0x1.8p52;

    private static final long[] TABLE = table();

    private Exponential() {}

    private static long[] table() {
        long[] t = new long[STEPS];
        for (int j = 0; j < STEPS; j++) {
            t[j] = Double.doubleToRawLongBits(StrictMath.pow(2, j / (double) STEPS));
        }
        return t;
    }

    /**
     * e^x for −708 ≤ x ≤ 709, relative error ≤ 4e-16; outside the range the result is meaningless.
     */
    public static double exp(double x) {
        double shifted = x * INVERSE + ROUND;
        long k = Double.doubleToRawLongBits(shifted);
        double n = shifted - ROUND;
        double r = (x - n * LOG2_HIGH) - n * LOG2_LOW;
        double p = r + r * r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120))));
        double scale = Double.longBitsToDouble(TABLE[(int) k & (STEPS - 1)] + ((k >> 6) << 52));
        return scale + scale * p;
    }
}
