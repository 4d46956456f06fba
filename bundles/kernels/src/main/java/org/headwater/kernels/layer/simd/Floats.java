package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Single-precision arithmetic on the machine's widest registers.
 *
 * <p>Loops with vectors call the Vector API itself and no method of ours that takes or gives
 * vectors. Java's compiler stops inlining at some size, which two or three such loops in one method
 * reach, but for the JDK's own marked methods; a vector that passes through a method which is not
 * inlined becomes an object, and the loop takes three to twenty times as long. It depends on what
 * ran before, so that one process is fast and the next one slow. Constants are broadcast in the
 * method that uses them: the compiler then keeps them in registers, where it would load static
 * final vectors anew in every round of a loop that stores.
 */
final class Floats {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> BITS = VectorSpecies.of(int.class, LANES.vectorShape());
    static final int WIDTH = LANES.length();

    /*
     * 2^{−q} for q ≥ −1, at least 2⁻⁹⁶: 2ⁿ·2^{−r}, |r| ≤ ½, with the polynomial of degree 5 whose
     * largest relative error, 7.5e-8, is least. Below 2⁻⁹⁶ only the size is right; q may be as large
     * as numbers are.
     */

    /**
     * 1.5·2²³ plus the exponent's bias: subtracting q rounds to a whole number, which then stands
     * in the low bits; shifted by 23 these are the number 2ⁿ.
     */
    static final float ROUND = 0x1.8p23f + 127;

    /**
     * The bits for n = −96: about 2⁻⁹⁶ stands for all that is smaller, so that products with
     * weights stay normal numbers. Positive numbers compare like their bits, and negative ones are
     * less.
     */
    static final int LEAST = bits(96);

    static final float P5 = -0.0013276468962430954f;
    static final float P4 = 0.009675541892647743f;
    static final float P3 = -0.05550713464617729f;
    static final float P2 = 0.24022120237350464f;
    static final float P1 = -0.6931469440460205f;
    static final float P0 = 1.0000001192092896f;

    private Floats() {}

    /** What stands in the loops for a whole number q; the greater q, the smaller. */
    static int bits(double q) {
        return Float.floatToRawIntBits((float) (ROUND - q));
    }

    /** out_i += a_i for n values, a multiple of the width. */
    static void add(float[] a, int ao, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += WIDTH) {
            FloatVector sum = FloatVector.fromArray(LANES, out, oo + i);
            sum.add(FloatVector.fromArray(LANES, a, ao + i)).intoArray(out, oo + i);
        }
    }

    /**
     * The same in double precision; the conversion of vectors is not one instruction in Java 17.
     */
    static void add(float[] a, int ao, double[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] += a[ao + i];
        }
    }
}
