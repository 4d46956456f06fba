package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against reference vectors and finite differences. */
class PotentialNetworkTest {
    private static final double T = 0.4;

    @Test
    void agreesWithTheReferenceVectors() {
        Vectors v = Vectors.named("potential_resnet2").get(0);
        Ensemble x = v.points("x");
        int n = x.size();
        int d = x.dimension();
        PotentialNetwork net = PotentialNetwork.of(d, 4, 2);
        String[] names = {"K0", "b0", "K1", "b1", "w", "A", "b"};
        double[] p = new double[0];
        for (String name : names) {
            double[] part = v.input(name);
            p = Arrays.copyOf(p, p.length + part.length);
            System.arraycopy(part, 0, p, p.length - part.length, part.length);
        }
        assertEquals(net.size(), p.length);
        PotentialNetwork.Workspace ws = net.workspace();
        PotentialNetwork.Weights weights = net.weights(p);
        double t = v.parameter("t");
        double[] phi = new double[n];
        double[] grads = new double[n * (d + 1)];
        double[] laps = new double[n];
        double[] hessians = new double[n * d * d];
        double[] pBar = new double[p.length];
        double[] xBar = new double[n * d];
        double[] grad = new double[d + 1];
        double[] sBar = new double[d + 1];
        double[] h = new double[d * d];
        for (int i = 0; i < n; i++) {
            net.gradient(weights, x.data(), i * d, t, ws, grad);
            phi[i] = net.value(weights, ws);
            System.arraycopy(grad, 0, grads, i * (d + 1), d + 1);
            net.hessian(weights, ws, h);
            for (int j = 0; j < d; j++) {
                laps[i] += h[j * d + j];
            }
            System.arraycopy(h, 0, hessians, i * d * d, d * d);
            double[] g = new double[d * d];
            for (int j = 0; j < d; j++) {
                g[j * d + j] = v.input("cl")[i];
            }
            double[] gamma = Arrays.copyOfRange(v.input("cg"), i * (d + 1), (i + 1) * (d + 1));
            net.adjoint(weights, ws, gamma, g, pBar, 0, sBar);
            System.arraycopy(sBar, 0, xBar, i * d, d);
        }
        net.finish(weights, ws, pBar, 0);
        v.check("phi", phi);
        v.check("grad", grads);
        v.check("lap", laps);
        v.check("hess_xx", hessians);
        v.check("dQ_dx", xBar);
        int from = 0;
        for (String name : names) {
            int to = from + v.input(name).length;
            v.check("dQ_d" + name, Arrays.copyOfRange(pBar, from, to));
            from = to;
        }
    }

    /** A matrix within the span as one of all of space, QᵀFQ. */
    private static double[] whole(
            PotentialNetwork net, PotentialNetwork.Weights weights, double[] f) {
        int d = net.dimension();
        double[] plus = f.clone();
        for (int i = 0; i < net.order(); i++) {
            plus[i * net.order() + i] += 1;
        }
        double[] all = new double[d * d];
        for (int j = 0; j < d; j++) {
            double[] v = new double[d];
            v[j] = 1;
            net.multiply(weights, plus, v, 0, net.workspace());
            v[j] -= 1;
            System.arraycopy(v, 0, all, j * d, d);
        }
        return all;
    }

    /** γ·∇φ + tr(GH). */
    private static double objective(
            PotentialNetwork net, double[] p, double[] x, double t, double[] gamma, double[] g) {
        PotentialNetwork.Workspace ws = net.workspace();
        PotentialNetwork.Weights weights = net.weights(p);
        double[] grad = new double[net.dimension() + 1];
        double[] h = new double[net.order() * net.order()];
        net.gradient(weights, x, 0, t, ws, grad);
        net.hessian(weights, ws, h);
        double sum = DenseProducts.dot(gamma, 0, grad, 0, grad.length);
        return sum + DenseProducts.dot(g, 0, whole(net, weights, h), 0, g.length);
    }

    private static double[] normal(int n, double sd, KeyedRandom random) {
        double[] x = new double[n];
        Arrays.setAll(x, i -> sd * random.gaussian());
        return x;
    }

    /** Parameters; if asked for, one row of Kx a multiple of another. */
    private static double[] parameters(PotentialNetwork net, boolean dependent) {
        double[] p = normal(net.size(), 0.5, KeyedRandom.of(3));
        for (int j = 0; j < net.dimension() && dependent; j++) {
            p[net.dimension() + 1 + j] = -2 * p[j];
        }
        return p;
    }

    @ParameterizedTest
    @CsvSource({"4, 5, 3, false", "9, 3, 2, false", "9, 3, 2, true", "6, 2, 0, false"})
    void hessianIsTheDerivativeOfTheGradient(int d, int m, int r, boolean dependent) {
        PotentialNetwork net = PotentialNetwork.of(d, m, r);
        assertEquals(Math.min(d, m + r), net.order());
        PotentialNetwork.Weights weights = net.weights(parameters(net, dependent));
        PotentialNetwork.Workspace ws = net.workspace();
        double[] x = normal(d, 1, KeyedRandom.of(4));
        double[] grad = new double[d + 1];
        double[] h = new double[net.order() * net.order()];
        net.gradient(weights, x, 0, T, ws, grad);
        net.hessian(weights, ws, h);
        double[] found = whole(net, weights, h);
        double e = 1e-5;
        for (int i = 0; i < d; i++) {
            double[] up = x.clone();
            double[] down = x.clone();
            up[i] += e;
            down[i] -= e;
            double[] gUp = new double[d + 1];
            double[] gDown = new double[d + 1];
            net.gradient(weights, up, 0, T, ws, gUp);
            net.gradient(weights, down, 0, T, ws, gDown);
            for (int j = 0; j < d; j++) {
                assertEquals((gUp[j] - gDown[j]) / (2 * e), found[i * d + j], 1e-8);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 5, 3, false", "9, 3, 2, false", "9, 3, 2, true", "6, 2, 0, false"})
    void adjointIsTheDerivative(int d, int m, int r, boolean dependent) {
        PotentialNetwork net = PotentialNetwork.of(d, m, r);
        int k = net.order();
        double[] p = parameters(net, dependent);
        double[] x = normal(d, 1, KeyedRandom.of(4));
        double[] gamma = normal(d + 1, 1, KeyedRandom.of(5));
        double[] g = normal(k * k, 1, KeyedRandom.of(6));
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < i; j++) {
                g[j * k + i] = g[i * k + j];
            }
        }
        PotentialNetwork.Workspace ws = net.workspace();
        PotentialNetwork.Weights weights = net.weights(p);
        net.gradient(weights, x, 0, T, ws, new double[d + 1]);
        net.hessian(weights, ws, new double[k * k]);
        double[] pBar = new double[p.length];
        double[] sBar = new double[d + 1];
        net.adjoint(weights, ws, gamma, g, pBar, 0, sBar);
        net.finish(weights, ws, pBar, 0);
        double[] all = whole(net, weights, g);
        for (int i = 0; i < p.length; i++) {
            double slope = Slopes.slope(at -> objective(net, at, x, T, gamma, all), p, i);
            assertEquals(slope, pBar[i], 2e-7 * Math.max(1, Math.abs(slope)), "parameter " + i);
        }
        double[] point = Arrays.copyOf(x, d + 1);
        point[d] = T;
        for (int i = 0; i <= d; i++) {
            double slope = Slopes.slope(s -> objective(net, p, s, s[d], gamma, all), point, i);
            assertEquals(slope, sBar[i], 2e-7 * Math.max(1, Math.abs(slope)), "coordinate " + i);
        }
        double[] ofTrace = new double[d + 1];
        net.adjoint(weights, ws, new double[d + 1], g, pBar, 0, sBar);
        net.gradientOfTrace(weights, ws, g, ofTrace);
        assertArrayEquals(sBar, ofTrace, 0);
    }
}
