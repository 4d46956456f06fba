package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.special.L1Kernel;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;

/** The linearised prior against closed forms. */
class PriorLinearisationTest {
    private static final int D = 12;

    private static PriorLinearisation linearised(
            Prior prior, double[] h, double[] b, double beta, double[] first) {
        Problem p = TestProblems.problem(new Quadratic(h, b), prior);
        Problem tempered = new Problem(p.name(), p.target(), prior, beta, p.blocks(), p.initial());
        Flow flow =
                new Flow(
                        tempered,
                        TestProblems.resources(new ArrayList<>()),
                        RwpoOptions.of(
                                RwpoOptions.SCHEMA.validate(Map.of(), "solver", Path.of(""))));
        double[] gradient = new double[D];
        for (int j = 0; j < D; j++) {
            gradient[j] = -b[j];
        }
        return new PriorLinearisation(flow, new double[D], gradient, h, first, KeyedRandom.of(5));
    }

    private static double[] diagonal(double value) {
        double[] m = new double[D * D];
        for (int j = 0; j < D; j++) {
            m[j * D + j] = value;
        }
        return m;
    }

    /**
     * ψ = ½xᵀΛx: B is the Hessian (Λ⁻¹ + μI)⁻¹ of its Moreau envelope, μ = P_jj/20, to the last
     * digits; with Λ = c(I + 11ᵀ/d), in the directions of 1 and across.
     */
    @Test
    void isExactForAQuadraticPrior() {
        double c = 2;
        double h = 1.5;
        double[] b = new double[D];
        b[0] = 1;
        PriorLinearisation found = linearised(new Coupled(c), diagonal(h), b, 1, diagonal(1e-12));
        double[] p = diagonal(h);
        for (int i = 0; i < p.length; i++) {
            p[i] += found.curvature()[i];
        }
        DenseCholesky.factor(p, D);
        double[] variance = DenseCholesky.inverse(p, D);
        // The rest is reached to 5 % of P_jj, of which μ is a twentieth.
        double mu = variance[0] / 20;
        double along = 1 / (1 / (2 * c) + mu);
        double across = 1 / (1 / c + mu);
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                double expected = (i == j ? across : 0) + (along - across) / D;
                assertEquals(expected, found.curvature()[i * D + j], 0.005, i + " " + j);
            }
        }
        // m solves (H + B)m = b.
        for (int i = 0; i < D; i++) {
            double sum = h * found.mean()[i];
            for (int j = 0; j < D; j++) {
                sum += found.curvature()[i * D + j] * found.mean()[j];
            }
            assertEquals(b[i], sum, 0.005);
        }
    }

    /**
     * ψ = λ|x|₁, f = ½h|x|², m = 0: E∂²ψ = 2λ times the density √(β/(2πP)) at 0, so that 1/P = h +
     * λ√(2β/(πP)), solved here by bisection. The cubature's spread about it is about 1/d.
     */
    @Test
    void findsTheScaleOfAKinkedPrior() {
        double lambda = 5;
        double h = 0.01;
        double beta = 2;
        PriorLinearisation found =
                linearised(new Kinked(lambda), diagonal(h), new double[D], beta, diagonal(1e-12));
        double low = 1e-6;
        double high = 1e6;
        for (int k = 0; k < 200; k++) {
            double p = Math.sqrt(low * high);
            boolean wide = h + lambda * Math.sqrt(2 * beta / (Math.PI * p)) > 1 / p;
            low = wide ? low : p;
            high = wide ? p : high;
        }
        double truth = 1 / low - h;
        double trace = 0;
        for (int j = 0; j < D; j++) {
            trace += found.curvature()[j * D + j] / D;
        }
        assertEquals(truth, trace, 0.15 * truth);
    }

    private record Coupled(double c) implements Prior {
        @Override
        public int dimension() {
            return D;
        }

        @Override
        public Structure structure() {
            return Structure.GENERAL;
        }

        @Override
        public double potential(double[] x, int offset) {
            double sum = 0;
            double square = 0;
            for (int j = 0; j < D; j++) {
                sum += x[offset + j];
                square += x[offset + j] * x[offset + j];
            }
            return c / 2 * (square + sum * sum / D);
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            for (int i = 0; i < y.size(); i++) {
                double mean = 0;
                for (int j = 0; j < D; j++) {
                    mean += y.get(i, j) / D;
                }
                for (int j = 0; j < D; j++) {
                    out.data()[i * D + j] =
                            (y.get(i, j) - mean) / (1 + t * c) + mean / (1 + 2 * t * c);
                }
            }
        }
    }

    private record Kinked(double lambda) implements Prior {
        @Override
        public int dimension() {
            return D;
        }

        @Override
        public Structure structure() {
            return Structure.GENERAL;
        }

        @Override
        public double potential(double[] x, int offset) {
            double sum = 0;
            for (int j = 0; j < D; j++) {
                sum += lambda * Math.abs(x[offset + j]);
            }
            return sum;
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            for (int k = 0; k < y.data().length; k++) {
                out.data()[k] = L1Kernel.softThreshold(y.data()[k], lambda * t);
            }
        }
    }
}
