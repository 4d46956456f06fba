package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

/** Against reference vectors and finite differences. */
class ParticleLayerTest {
    private static double[] fill(int d, double value) {
        double[] a = new double[d];
        Arrays.fill(a, value);
        return a;
    }

    /** Keys X; queries X and Q. */
    private static void layer(Vectors v, boolean joint) {
        Ensemble keys = v.points("X");
        int d = keys.dimension();
        double[] a = v.input("X");
        double[] q = v.input("Q");
        double[] all = Arrays.copyOf(a, a.length + q.length);
        System.arraycopy(q, 0, all, a.length, q.length);
        ParticleLayer layer =
                new ParticleLayer(
                        fill(d, v.parameter("h")),
                        fill(d, v.parameter("T")),
                        fill(d, v.parameter("lam")),
                        v.parameter("beta"),
                        joint,
                        false);
        ParticleLayer.Keys k = layer.keys(keys.data(), 0, keys.size());
        ParticleLayer.Workspace ws = layer.workspace(keys.size());
        double[] out = new double[all.length];
        double[] log = new double[all.length / d];
        for (int i = 0; i < log.length; i++) {
            log[i] = layer.apply(k, all, i * d, out, i * d, ws);
        }
        v.check("new", out);
        v.check("logabsdet", log);
    }

    @Test
    void agreesWithTheReferenceVectors() {
        int checked = 0;
        for (boolean joint : new boolean[] {true, false}) {
            String name = joint ? "rwpo_layer_full" : "rwpo_layer_tensorised";
            for (Vectors v : Vectors.named(name)) {
                if (v.word("normaliser").equals("exact")) {
                    layer(v, joint);
                    checked++;
                }
            }
        }
        assertEquals(4, checked);
    }

    @Test
    void smoothLayerAgreesWithTheReferenceVectors() {
        Vectors v = Vectors.named("rwpo_layer_smooth_tensorised").get(0);
        Ensemble x = v.points("X");
        int d = x.dimension();
        double[] h = fill(d, v.parameter("h"));
        ParticleLayer layer =
                new ParticleLayer(
                        h, h, fill(d, v.parameter("lam")), v.parameter("beta"), false, true);
        ParticleLayer.Keys keys = layer.keys(x.data(), 0, x.size());
        ParticleLayer.Workspace ws = layer.workspace(x.size());
        double[] out = new double[x.size() * d];
        double[] slopes = v.output("Jdiag");
        double[] dm1 = new double[out.length];
        for (int i = 0; i < x.size(); i++) {
            double log = layer.apply(keys, x.data(), i * d, out, i * d, ws);
            double expected = 0;
            for (int j = 0; j < d; j++) {
                expected += Math.log(Math.abs(slopes[i * d + j]));
            }
            assertEquals(expected, log, 1e-9);
            System.arraycopy(ws.first(), 0, dm1, i * d, d);
        }
        v.check("x_new", out);
        v.check("dm1", dm1);
    }

    private static final int D = 3;
    private static final int KEYS = 6;
    private static final double[] OUT = {0.7, -1.1, 0.4};
    private static final double LOG = -0.8;

    private static double objective(ParticleLayer layer, double[] keys, double[] x) {
        double[] out = new double[D];
        double log = layer.apply(layer.keys(keys, 0, KEYS), x, 0, out, 0, layer.workspace(KEYS));
        return OUT[0] * out[0] + OUT[1] * out[1] + OUT[2] * out[2] + LOG * log;
    }

    /** Unequal times in the coordinates, joint and tensorised, soft and smooth. */
    @Test
    void adjointIsTheDerivative() {
        KeyedRandom random = KeyedRandom.of(4);
        double[] keys = new double[KEYS * D];
        Arrays.setAll(keys, i -> random.gaussian());
        double[] x = {0.4, -0.6, 0.9};
        for (int form = 0; form < 4; form++) {
            ParticleLayer layer =
                    new ParticleLayer(
                            new double[] {0.3, 0.1, 0.2},
                            new double[] {0.2, 0.1, 0.15},
                            new double[] {0.5, 1, 0},
                            1.3,
                            form % 2 == 0,
                            form / 2 == 0);
            double[] bar = OUT.clone();
            double[] keysBar = new double[KEYS * D];
            layer.adjoint(
                    layer.keys(keys, 0, KEYS), x, 0, bar, 0, LOG, layer.workspace(KEYS), keysBar);
            double e = 1e-5;
            for (int i = 0; i < D + KEYS * D; i++) {
                double[] moved = i < D ? x : keys;
                int at = i < D ? i : i - D;
                double old = moved[at];
                moved[at] = old + e;
                double up = objective(layer, keys, x);
                moved[at] = old - e;
                double down = objective(layer, keys, x);
                moved[at] = old;
                double found = i < D ? bar[i] : keysBar[at % D * KEYS + at / D];
                assertEquals((up - down) / (2 * e), found, 1e-8, "form " + form + ", " + i);
            }
        }
    }
}
