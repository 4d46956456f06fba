package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.Prior;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.junit.jupiter.api.Test;

class FieldPriorTest {
    private static final L1PriorProvider L1 = new L1PriorProvider();

    private static Prior l1(int d) {
        return L1.create(
                L1.info().settings().validate(Map.of("weight", 2.0), "prior", Path.of(".")),
                new FieldShape(d));
    }

    /** Hides that a prior is separable. */
    private record General(Prior of) implements Prior {
        @Override
        public int dimension() {
            return of.dimension();
        }

        @Override
        public Structure structure() {
            return Structure.GENERAL;
        }

        @Override
        public double potential(double[] x, int offset) {
            return of.potential(x, offset);
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            of.prox(y, t, out);
        }
    }

    @Test
    void nuisanceParametersAreLeftAlone() {
        for (Prior field : new Prior[] {l1(2), new General(l1(2))}) {
            Prior all = FieldPrior.extend(field, 3);
            assertEquals(3, all.dimension());
            assertEquals(field.structure(), all.structure());
            double[] x = {9, 9, 9, -1, 0.5, 7};
            assertEquals(3.0, all.potential(x, 3));
            Ensemble y = Ensemble.of(2, 3, x.clone());
            Ensemble out = Ensemble.zeros(2, 3);
            all.prox(y, 0.25, out);
            double[] expected = {8.5, 8.5, 9, -0.5, 0, 7};
            assertArrayEquals(expected, out.data());
            assertArrayEquals(x, y.data());
            all.prox(y, 0.25, y);
            assertArrayEquals(expected, y.data());
        }
    }

    /** The increments of a field of three; the fourth parameter stays as it is. */
    @Test
    void synthesisLeavesNuisanceParametersAlone() {
        TvPriorProvider tv = new TvPriorProvider();
        Prior field =
                tv.create(
                        tv.info().settings().validate(Map.of("weight", 2.0), "prior", Path.of(".")),
                        new FieldShape(3));
        Prior all = FieldPrior.extend(field, 4);
        Synthesis s = all.synthesis().orElseThrow();
        double[] u = {9, 1, 2, -3, 7};
        double[] x = new double[4];
        s.apply(u, 1, x, 0);
        assertArrayEquals(new double[] {1, 3, 0, 7}, x);
        assertEquals(4, s.dimension());
        assertEquals(all.potential(x, 0), s.prior().potential(u, 1));
        assertEquals(0, s.prior().slope(3));
        double[] g = {1, 10, 100, 5};
        s.adjoint(g, 0, g, 0);
        assertArrayEquals(new double[] {111, 110, 100, 5}, g);
        s.analyse(x, 0, x, 0);
        assertArrayEquals(new double[] {1, 2, -3, 7}, x);
        assertTrue(FieldPrior.extend(l1(2), 3).synthesis().isEmpty());
    }

    @Test
    void withoutNuisanceParametersNothingIsWrapped() {
        Prior field = l1(2);
        assertSame(field, FieldPrior.extend(field, 2));
    }

    /** The kernel of a flat coordinate, against quadrature and against L1 with weight 0. */
    @Test
    void kernelOfFlatCoordinateIsGaussian() {
        SeparablePrior all = (SeparablePrior) FieldPrior.extend(l1(1), 2);
        double time = 0.3;
        double beta = 1.7;
        double[] y = {-1.2, 0, 4};
        double[][] got = new double[3][3];
        all.kernel(1, time, beta, y, got[0], got[1], got[2]);
        for (int i = 0; i < 3; i++) {
            double z0 = 0;
            double z1 = 0;
            double z2 = 0;
            double step = 1e-3;
            for (double z = y[i] - 10; z < y[i] + 10; z += step) {
                double k = Math.exp(-beta / 2 * (z - y[i]) * (z - y[i]) / (2 * time)) * step;
                z0 += k;
                z1 += k * z;
                z2 += k * z * z;
            }
            assertEquals(Math.log(z0), got[0][i], 1e-10);
            assertEquals(z1 / z0, got[1][i], 1e-10);
            assertEquals(z2 / z0 - (z1 / z0) * (z1 / z0), got[2][i], 1e-9);
        }
        double[] out = new double[3];
        all.proxCoordinate(1, time, y, out);
        assertArrayEquals(y, out);
        assertEquals(0, all.slope(1));
        assertEquals(2, all.slope(0));
        all.proxCoordinate(0, time, y, out);
        assertArrayEquals(new double[] {-0.6, 0, 3.4}, out, 1e-15);
        double[][] field = new double[3][3];
        double[][] direct = new double[3][3];
        all.kernel(0, time, beta, y, field[0], field[1], field[2]);
        ((SeparablePrior) l1(1)).kernel(0, time, beta, y, direct[0], direct[1], direct[2]);
        assertArrayEquals(direct, field);
    }
}
