package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Double-precision arithmetic on the machine's widest registers; see {@link Floats}. */
final class Doubles {
    static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    static final int WIDTH = LANES.length();

    /** Adding 1.5·2⁵² rounds to a whole number, which then stands in the low bits. */
    private static final double ROUND = 0x1.8p52;

    /** 2⁻⁹⁶⁰ stands for all that is smaller, so that products with weights stay normal numbers. */
    private static final double LARGEST = 960;

    /** (−log 2)ᵏ/k! for k = 0 … 12. The next term is 1.7e-16 at most. */
    private static final double P0 = 1.0;

    private static final double P1 = -0.6931471805599453;
    private static final double P2 = 0.2402265069591007;
    private static final double P3 = -0.05550410866482157;
    private static final double P4 = 0.009618129107628475;
    private static final double P5 = -0.001333355814642844;
    private static final double P6 = 0.00015403530393381603;
    private static final double P7 = -1.5252733804059833e-05;
    private static final double P8 = 1.3215486790144303e-06;
    private static final double P9 = -1.0178086009239695e-07;
    private static final double P10 = 7.054911620801119e-09;
    private static final double P11 = -4.445538271870809e-10;
    private static final double P12 = 2.567843599348819e-11;

    private Doubles() {}

    /**
     * 2^{−q} in the place of n values q ≥ 0, at least 2⁻⁹⁶⁰: 2ⁿ·2^{−r}, |r| ≤ ½.
     *
     * @param n a multiple of the width
     */
    static void exp2(double[] a, int from, int n) {
        DoubleVector round = DoubleVector.broadcast(LANES, ROUND);
        DoubleVector p11 = DoubleVector.broadcast(LANES, P11);
        DoubleVector p12 = DoubleVector.broadcast(LANES, P12);
        for (int i = from; i < from + n; i += WIDTH) {
            DoubleVector q = DoubleVector.fromArray(LANES, a, i).min(LARGEST);
            DoubleVector shifted = round.sub(q);
            DoubleVector r = shifted.sub(round).add(q);
            DoubleVector p = r.fma(p12, p11);
            p = p.fma(r, DoubleVector.broadcast(LANES, P10));
            p = p.fma(r, DoubleVector.broadcast(LANES, P9));
            p = p.fma(r, DoubleVector.broadcast(LANES, P8));
            p = p.fma(r, DoubleVector.broadcast(LANES, P7));
            p = p.fma(r, DoubleVector.broadcast(LANES, P6));
            p = p.fma(r, DoubleVector.broadcast(LANES, P5));
            p = p.fma(r, DoubleVector.broadcast(LANES, P4));
            p = p.fma(r, DoubleVector.broadcast(LANES, P3));
            p = p.fma(r, DoubleVector.broadcast(LANES, P2));
            p = p.fma(r, DoubleVector.broadcast(LANES, P1));
            p = p.fma(r, DoubleVector.broadcast(LANES, P0));
            LongVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
            p.reinterpretAsLongs().add(power).reinterpretAsDoubles().intoArray(a, i);
        }
    }

    /** out_i += a_i for n values, a multiple of the width. */
    static void add(double[] a, int ao, double[] out, int oo, int n) {
        for (int i = 0; i < n; i += WIDTH) {
            DoubleVector sum = DoubleVector.fromArray(LANES, out, oo + i);
            sum.add(DoubleVector.fromArray(LANES, a, ao + i)).intoArray(out, oo + i);
        }
    }
}
