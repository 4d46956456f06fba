package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

/** Against reference vectors and finite differences. */
class PotentialNetworkTest {
    private static final int D = 4;
    private static final double[] POINT = {0.3, -0.7, 1.1, 0.2};
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
            net.gradient(p, x.data(), i * d, t, ws, grad);
            phi[i] = net.value(p, ws);
            System.arraycopy(grad, 0, grads, i * (d + 1), d + 1);
            laps[i] = net.laplacian(p, ws);
            net.hessian(p, ws, h);
            System.arraycopy(h, 0, hessians, i * d * d, d * d);
            double[] g = new double[d * d];
            for (int j = 0; j < d; j++) {
                g[j * d + j] = v.input("cl")[i];
            }
            double[] gamma = Arrays.copyOfRange(v.input("cg"), i * (d + 1), (i + 1) * (d + 1));
            net.adjoint(p, ws, gamma, g, pBar, 0, sBar);
            System.arraycopy(sBar, 0, xBar, i * d, d);
        }
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

    /** γ·∇φ + tr(GH) for a full symmetric G. */
    private static double objective(
            PotentialNetwork net, double[] p, double[] x, double t, double[] gamma, double[] g) {
        PotentialNetwork.Workspace ws = net.workspace();
        double[] grad = new double[D + 1];
        double[] h = new double[D * D];
        net.gradient(p, x, 0, t, ws, grad);
        net.hessian(p, ws, h);
        double sum = 0;
        for (int i = 0; i <= D; i++) {
            sum += gamma[i] * grad[i];
        }
        for (int i = 0; i < D * D; i++) {
            sum += g[i] * h[i];
        }
        return sum;
    }

    @Test
    void adjointOfTheWholeHessianIsTheDerivative() {
        PotentialNetwork net = PotentialNetwork.of(D, 5, 3);
        KeyedRandom random = KeyedRandom.of(3);
        double[] p = new double[net.size()];
        for (int i = 0; i < p.length; i++) {
            p[i] = 0.5 * random.gaussian();
        }
        double[] gamma = {0.4, -1.2, 0.7, 0.1, -0.9};
        double[] g = new double[D * D];
        for (int i = 0; i < D; i++) {
            for (int j = 0; j <= i; j++) {
                g[i * D + j] = random.gaussian();
                g[j * D + i] = g[i * D + j];
            }
        }
        PotentialNetwork.Workspace ws = net.workspace();
        double[] grad = new double[D + 1];
        net.gradient(p, POINT, 0, T, ws, grad);
        net.hessian(p, ws, new double[D * D]);
        double[] pBar = new double[p.length];
        double[] sBar = new double[D + 1];
        net.adjoint(p, ws, gamma, g, pBar, 0, sBar);
        double e = 1e-5;
        for (int i = 0; i < p.length; i++) {
            double[] up = p.clone();
            double[] down = p.clone();
            up[i] += e;
            down[i] -= e;
            double slope =
                    (objective(net, up, POINT, T, gamma, g)
                                    - objective(net, down, POINT, T, gamma, g))
                            / (2 * e);
            assertEquals(slope, pBar[i], 1e-7 * Math.max(1, Math.abs(slope)), "parameter " + i);
        }
        for (int i = 0; i <= D; i++) {
            double[] up = POINT.clone();
            double[] down = POINT.clone();
            double tUp = T;
            double tDown = T;
            if (i < D) {
                up[i] += e;
                down[i] -= e;
            } else {
                tUp += e;
                tDown -= e;
            }
            double slope =
                    (objective(net, p, up, tUp, gamma, g)
                                    - objective(net, p, down, tDown, gamma, g))
                            / (2 * e);
            assertEquals(slope, sBar[i], 1e-7 * Math.max(1, Math.abs(slope)), "coordinate " + i);
        }
    }
}
