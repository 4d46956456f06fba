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
    private static final DoubleVector ROUNDING = broadcast(0x1.8p52);

    /** 2⁻¹⁰⁰⁰ stands for all that is smaller. */
    private static final double LARGEST = 1000;

    /** (−log 2)ᵏ/k!, k = 12 … 0. The next term is 1.7e-16 at most. */
    private static final DoubleVector[] SERIES = series(12);

    private Doubles() {}

    private static DoubleVector[] series(int degree) {
        DoubleVector[] series = new DoubleVector[degree + 1];
        double term = 1;
        for (int k = 0; k <= degree; k++) {
            series[degree - k] = broadcast(term);
            term *= -Math.log(2) / (k + 1);
        }
        return series;
    }

    static DoubleVector load(double[] a, int i) {
        return DoubleVector.fromArray(LANES, a, i);
    }

    static DoubleVector broadcast(double a) {
        return DoubleVector.broadcast(LANES, a);
    }

    /** 2^{−q} for q ≥ 0, at least 2⁻¹⁰⁰⁰: 2ⁿ·2^{−r}, |r| ≤ ½. */
    static DoubleVector exp2(DoubleVector q) {
        DoubleVector c = q.min(LARGEST);
        DoubleVector shifted = ROUNDING.sub(c);
        DoubleVector r = shifted.sub(ROUNDING).add(c);
        DoubleVector p = SERIES[0].fma(r, SERIES[1]).fma(r, SERIES[2]).fma(r, SERIES[3]);
        p = p.fma(r, SERIES[4]).fma(r, SERIES[5]).fma(r, SERIES[6]).fma(r, SERIES[7]);
        p = p.fma(r, SERIES[8]).fma(r, SERIES[9]).fma(r, SERIES[10]).fma(r, SERIES[11]);
        p = p.fma(r, SERIES[12]);
        LongVector power = shifted.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 52);
        return p.reinterpretAsLongs().add(power).reinterpretAsDoubles();
    }

    /** out_i += a_i for n values, a multiple of the width. */
    static void add(double[] a, int ao, double[] out, int oo, int n) {
        for (int i = 0; i < n; i += WIDTH) {
            load(a, ao + i).add(load(out, oo + i)).intoArray(out, oo + i);
        }
    }
}
