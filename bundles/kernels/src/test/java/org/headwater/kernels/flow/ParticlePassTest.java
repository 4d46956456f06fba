package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

/** The whole training loss with particles as keys: reference vectors, differences, densities. */
class ParticlePassTest {
    private static final String[] PARAMETERS = {"K0", "b0", "K1", "b1", "w", "A", "b"};

    /** The loss of the vectors: V = ½|x − .3|² + .8|x|₁. */
    private static void training(String name) {
        Vectors v = Vectors.named(name).get(0);
        Vectors potential = Vectors.named("potential_resnet2").get(0);
        Ensemble z = v.points("z");
        int n = z.size();
        int d = z.dimension();
        double[] p = new double[0];
        for (String each : PARAMETERS) {
            double[] part = potential.input(each);
            p = Arrays.copyOf(p, p.length + part.length);
            System.arraycopy(part, 0, p, p.length - part.length, part.length);
        }
        double[] identity = new double[d * d];
        double[] lambda = new double[d];
        double[] step = new double[d];
        for (int j = 0; j < d; j++) {
            identity[j * d + j] = 1;
            lambda[j] = v.parameter("lam");
            step[j] = v.parameter("hl");
        }
        Frame frame =
                new Frame(new double[d], identity, lambda, new double[0], v.parameter("beta"));
        Attention attention =
                new Attention(
                        v.word("layer").equals("full"),
                        false,
                        Attention.Policy.SELF,
                        step,
                        new double[0]);
        ParticlePass pass =
                new ParticlePass(
                        new Drift(PotentialNetwork.of(d, 4, 2), p, (int) v.parameter("M")),
                        attention.layer(frame),
                        frame,
                        0,
                        n,
                        true);
        System.arraycopy(z.data(), 0, pass.start(), 0, n * d);
        pass.forward(new Threads(1));
        v.check("xT", pass.end());
        v.check("logdet", pass.logDeterminant());
        double kl = 0;
        double[] endBar = new double[n * d];
        double[] logBar = new double[n];
        double[] costBar = new double[n];
        double[] residualBar = new double[n];
        Arrays.fill(logBar, -1.0 / n);
        Arrays.fill(costBar, v.parameter("c_kin") / n);
        Arrays.fill(residualBar, v.parameter("c_hjb") / n);
        for (int i = 0; i < n * d; i++) {
            double x = pass.end()[i];
            kl += (-0.5 * z.data()[i] * z.data()[i] - 0.5 * Math.log(2 * Math.PI)) / n;
            kl += (0.5 * (x - 0.3) * (x - 0.3) + 0.8 * Math.abs(x)) / n;
            endBar[i] = (x - 0.3 + 0.8 * Math.signum(x)) / n;
        }
        kl -= Arrays.stream(pass.logDeterminant()).average().orElse(0);
        v.check("KL", new double[] {kl});
        v.check("kin", new double[] {Arrays.stream(pass.kinetic()).average().orElse(0)});
        v.check("HJB", new double[] {Arrays.stream(pass.residual()).average().orElse(0)});
        double[] bar =
                pass.backward(
                        endBar, logBar, costBar, residualBar, !v.truth("stop"), new Threads(1));
        int from = 0;
        for (String each : PARAMETERS) {
            int to = from + potential.input(each).length;
            v.check("dL_d" + each, Arrays.copyOfRange(bar, from, to));
            from = to;
        }
    }

    @Test
    void trainingAgreesWithTheReferenceVectors() {
        training("train_loss_kl_tens");
        training("train_loss_kl_tens_stopgrad");
        training("train_loss_kl_full");
    }

    private static final int D = 2;
    private static final int N = 4;
    private static final int KEYS = 5;
    private static final Shape SHAPE = new Shape(D, 2, 4, 2, Last.NONE, 0);
    private static final Frame FRAME =
            new Frame(
                    new double[] {0.5, -1},
                    new double[] {0.6, 0, 0.3, 0.8},
                    new double[] {1, 2},
                    new double[0],
                    1.2);

    private static TrainedFlow flow(
            boolean joint,
            boolean smooth,
            Attention.Policy policy,
            int keys,
            double scale,
            double[] p) {
        KeyedRandom random = KeyedRandom.of(8);
        double[] z = new double[keys * D];
        Arrays.setAll(z, i -> random.gaussian());
        return new TrainedFlow(
                SHAPE,
                FRAME,
                new Attention(joint, smooth, policy, new double[] {0.5 * scale, 0.8 * scale}, z),
                p);
    }

    private static double[] parameters(double size) {
        KeyedRandom random = KeyedRandom.of(9);
        double[] p = SHAPE.initial(random);
        for (int i = 0; i < p.length; i++) {
            p[i] += size * random.gaussian();
        }
        return p;
    }

    private static double loss(TrainedFlow.Pass pass) {
        double sum = 0;
        for (int i = 0; i < N; i++) {
            sum += (0.3 + 0.1 * i) * pass.logDensity()[i];
            sum += 0.7 * pass.kinetic()[i] + 0.4 * pass.residual()[i];
            for (int j = 0; j < D; j++) {
                sum += 0.5 * pass.end().get(i, j) * pass.end().get(i, j);
            }
        }
        return sum;
    }

    /** In a frame that is not the identity, for all forms and for keys of all kinds. */
    @Test
    void backwardIsTheDerivative() {
        Attention.Policy[] policies = {
            Attention.Policy.SELF, Attention.Policy.CROSS_FIT, Attention.Policy.FIXED
        };
        double e = 1e-5;
        for (int form = 0; form < 12; form++) {
            boolean joint = form % 2 == 0;
            boolean smooth = form / 2 % 2 == 0;
            Attention.Policy policy = policies[form / 4];
            double[] p = parameters(0.3);
            TrainedFlow.Pass pass = flow(joint, smooth, policy, KEYS, 0.1, p).new Pass(N);
            pass.forward(KeyedRandom.of(1), new Threads(1), TrainedFlow.Keep.SCORES);
            double[] log = new double[N];
            Arrays.setAll(log, i -> 0.3 + 0.1 * i);
            double[] found =
                    pass.backward(pass.end().data().clone(), log, 0.7, 0.4, new Threads(1));
            for (int i = 0; i < p.length; i++) {
                double[] sides = new double[2];
                for (int side = 0; side < 2; side++) {
                    double[] moved = p.clone();
                    moved[i] += side == 0 ? e : -e;
                    TrainedFlow.Pass there =
                            flow(joint, smooth, policy, KEYS, 0.1, moved).new Pass(N);
                    there.forward(KeyedRandom.of(1), new Threads(1), TrainedFlow.Keep.NOTHING);
                    sides[side] = loss(there);
                }
                double slope = (sides[0] - sides[1]) / (2 * e);
                assertEquals(slope, found[i], 1e-6 * Math.max(1, Math.abs(slope)), form + ", " + i);
            }
        }
    }

    /**
     * The mean of 1/q over draws on a box is the box's volume: q is the draws' density, where keys
     * are so near to each other that nothing folds.
     */
    @Test
    void densityIsThatOfTheDraws() {
        for (int form = 0; form < 2; form++) {
            TrainedFlow flow =
                    flow(form == 0, form == 1, Attention.Policy.SELF, 60, 0.5, parameters(0.1));
            int n = 10_000;
            TrainedFlow.Draws draws =
                    TrainedFlow.of(flow.toState()).draw(n, KeyedRandom.of(2), new Threads(1));
            assertTrue(draws.leastSlope() > 0);
            double[] middle = new double[D];
            for (int i = 0; i < n * D; i++) {
                middle[i % D] += draws.points().data()[i] / n;
            }
            double sum = 0;
            double square = 0;
            for (int i = 0; i < n; i++) {
                boolean inside =
                        Math.abs(draws.points().get(i, 0) - middle[0]) < 0.5
                                && Math.abs(draws.points().get(i, 1) - middle[1]) < 0.6;
                double v = inside ? Math.exp(-draws.logDensity()[i]) : 0;
                sum += v / n;
                square += v * v / n;
            }
            double error = Math.sqrt((square - sum * sum) / n);
            // 4 standard errors in two cases, false alarms 1.3e-4
            assertEquals(1.2, sum, 4 * error, "form " + form);
            assertTrue(error < 0.05, "standard error " + error);
        }
    }

    @Test
    void threadsDoNotChangeABit() {
        int n = 70;
        double[][] bars = new double[2][];
        for (int t = 0; t < 2; t++) {
            Threads threads = new Threads(1 + 2 * t);
            TrainedFlow.Pass pass =
                    flow(true, true, Attention.Policy.CROSS_FIT, 40, 0.1, parameters(0.3))
                    .new Pass(n);
            pass.forward(KeyedRandom.of(1), threads, TrainedFlow.Keep.SCORES);
            double[] log = new double[n];
            Arrays.fill(log, 1);
            bars[t] = pass.backward(pass.end().data().clone(), log, 0, 0.1, threads);
        }
        assertArrayEquals(bars[0], bars[1], 0);
    }
}
