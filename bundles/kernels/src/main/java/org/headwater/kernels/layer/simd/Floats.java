package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Single-precision arithmetic on the machine's widest registers.
 *
 * <p>Java's compiler stops inlining in a method when it has about sixty vector operations; from
 * there on every vector becomes an object, which costs tenfold. The loops that use this class
 * therefore stay short and leave their sums in buffers for others to add; and they are methods of
 * more than 325 bytes of code, or it would inline several of them into one. Constants are broadcast
 * where they are used: the compiler then keeps them in registers, where it would load static final
 * vectors anew in every round of a loop that stores.
 */
final class Floats {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = LANES.length();

    /** Adding 1.5·2²³ rounds to a whole number, which then stands in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    /** 2⁻⁹⁶ stands for all that is smaller: products of it with weights stay normal numbers. */
    private static final int LARGEST_BITS = Float.floatToRawIntBits(96);

    private static final float P5 = -0.0013276468962430954f;
    private static final float P4 = 0.009675541892647743f;
    private static final float P3 = -0.05550713464617729f;
    private static final float P2 = 0.24022120237350464f;
    private static final float P1 = -0.6931469440460205f;
    private static final float P0 = 1.0000001192092896f;

    private Floats() {}

    static FloatVector load(float[] a, int i) {
        return FloatVector.fromArray(LANES, a, i);
    }

    static FloatVector broadcast(float a) {
        return FloatVector.broadcast(LANES, a);
    }

    /**
     * 2^{−q} for q ≥ −1, at least 2⁻⁹⁶: 2ⁿ·2^{−r}, |r| ≤ ½, with the polynomial of degree 5 whose
     * largest relative error, 7.5e-8, is least. Positive numbers compare like their bits, and whole
     * numbers are compared faster.
     */
    static FloatVector exp2(FloatVector q) {
        IntVector bits = q.reinterpretAsInts().min(LARGEST_BITS);
        FloatVector c = bits.reinterpretAsFloats();
        FloatVector round = broadcast(ROUND);
        FloatVector shifted = round.sub(c);
        FloatVector r = shifted.sub(round).add(c);
        FloatVector p = r.fma(broadcast(P5), broadcast(P4)).fma(r, broadcast(P3));
        p = p.fma(r, broadcast(P2)).fma(r, broadcast(P1)).fma(r, broadcast(P0));
        IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return p.reinterpretAsInts().add(power).reinterpretAsFloats();
    }

    /** out_i += a_i for n values, a multiple of the width. */
    static void add(float[] a, int ao, float[] out, int oo, int n) {
        for (int i = 0; i < n; i += WIDTH) {
            load(a, ao + i).add(load(out, oo + i)).intoArray(out, oo + i);
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
