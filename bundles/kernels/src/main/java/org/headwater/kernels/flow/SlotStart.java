package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Shape;

/**
 * Slots to begin a training with, found without the forward model.
 *
 * <p>Where N(μ, C) is the Gaussian nearest to the posterior ({@link GaussianFit}), it stands for
 * e^{−βψ_j} in coordinate j by a factor of the logarithm −βg(x − μ_j) − βb(x − μ_j)²/2, g =
 * E[ψ_j′], b = E[ψ_j″]. With the factor taken out and the prior itself put in, the coordinate has
 * the law
 *
 * <pre>p_j(x) ∝ N(x; μ_j, C_jj)·exp(−βψ_j(x) + βg(x − μ_j) + βb(x − μ_j)²/2)</pre>
 *
 * (the tilted law of expectation propagation; T. Minka, UAI 2001): the prior where data say nothing
 * of the coordinate, a Gaussian where they say all. The slots are trained to turn N(μ_j, C_jj) into
 * it, each coordinate by itself, by path gradients ({@link TrainedFlow.Pass#backward}) over a grid
 * of normal weights.
 *
 * <p>Where data fix combinations of coordinates, moving each by itself does more harm than good. So
 * of these slots and of some that all but leave a point where it is those are kept that have the
 * lesser KL on
 *
 * <pre>π̂(x) ∝ exp(−β[∇f(x*)·(x − x*) + (x − x*)ᵀH(x − x*)/2 + ψ(x)]),</pre>
 *
 * which for a quadratic f is the posterior.
 *
 * <p>O(Ld) times nodes and iterations, and O(d²) times draws.
 */
final class SlotStart {
    private static final int NODES = 64;
    private static final double REACH = 4.2;
    private static final int ITERATIONS = 120;
    private static final double FIRST_RATE = 0.1;
    private static final double LAST_RATE = 0.003;
    private static final int DRAWS = 256;

    /** Step of the prox, from which ψ′ is, relative to a coordinate's variance. */
    private static final double PROX_STEP = 1e-6;

    private static final int GRAIN = 16;

    private final Shape shape;
    private final Frame frame;
    private final SeparablePrior prior;
    private final Workers workers;
    private final double[] sd;
    private final int d;
    private final double[] z = new double[NODES];
    private final double[] weight = new double[NODES];
    private final double[] slope;
    private final double[] bend;

    /**
     * A start.
     *
     * @param frame with N(μ, C)
     * @param prior ψ
     */
    SlotStart(Shape shape, Frame frame, SeparablePrior prior, Workers workers) {
        this.shape = shape;
        this.frame = frame;
        this.prior = prior;
        this.workers = workers;
        sd = frame.sd();
        d = shape.dimension();
        Arrays.setAll(z, k -> REACH * (2.0 * k / (NODES - 1) - 1));
        Arrays.setAll(weight, k -> Math.exp(-0.5 * z[k] * z[k]));
        double sum = Arrays.stream(weight).sum();
        Arrays.setAll(weight, k -> weight[k] / sum);
        slope = new double[d];
        bend = new double[d];
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < NODES; k++) {
                double by = weight[k] * priorSlope(j, frame.centre()[j] + sd[j] * z[k]);
                slope[j] += by;
                bend[j] += by * z[k] / sd[j];
            }
        }
    }

    private double priorSlope(int j, double x) {
        double[] near = {x};
        double t = PROX_STEP * sd[j] * sd[j];
        prior.proxCoordinate(j, t, near, near);
        return (x - near[0]) / t;
    }

    /**
     * Chooses the slots.
     *
     * @param p a flow's parameters, of which those of the slots are modified
     * @param h H, d × d, not modified
     * @param mode x*, not modified
     * @param gradient ∇f(x*), not modified
     * @param random of the draws
     */
    void choose(double[] p, double[] h, double[] mode, double[] gradient, RandomStream random) {
        double[] still = p.clone();
        shape.keepStill(still);
        fit(p);
        Ensemble draws = Ensemble.zeros(DRAWS, d);
        for (int i = 0; i < DRAWS; i++) {
            RandomStream stream = random.split(i);
            double[] normal = new double[d];
            Arrays.setAll(normal, j -> stream.gaussian());
            for (int j = 0; j < d; j++) {
                double by = DenseProducts.dot(frame.factor(), j * d, normal, 0, j + 1);
                draws.data()[i * d + j] = frame.centre()[j] + by;
            }
        }
        if (!(loss(p, draws, h, mode, gradient) <= loss(still, draws, h, mode, gradient))) {
            System.arraycopy(still, 0, p, 0, p.length);
        }
    }

    /** Turns N(μ_j, C_jj) into p_j. */
    private void fit(double[] p) {
        double[] first = new double[p.length];
        double[] second = new double[p.length];
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            TrainedFlow flow = new TrainedFlow(shape, frame, p);
            SlotLayer.Gradient sum = back(flow.slots());
            double[] bar = new double[p.length];
            flow.slots().finish(sum);
            flow.unpack(sum, bar);
            double share = (double) iteration / ITERATIONS;
            double rate = FIRST_RATE * Math.pow(LAST_RATE / FIRST_RATE, share);
            Adam.update(p, bar, first, second, iteration, rate, Double.POSITIVE_INFINITY);
        }
    }

    private SlotLayer.Gradient back(SlotLayer layer) {
        SlotLayer.Gradient[] parts = new SlotLayer.Gradient[NODES / GRAIN];
        workers.forRanges(
                NODES,
                GRAIN,
                (from, to) -> {
                    SlotLayer.Gradient sum = SlotLayer.Gradient.zeros(layer);
                    SlotLayer.Workspace ws = layer.workspace();
                    double[] x = new double[d];
                    double[] y = new double[d];
                    double[] bar = new double[d];
                    for (int k = from; k < to; k++) {
                        for (int j = 0; j < d; j++) {
                            x[j] = frame.centre()[j] + sd[j] * z[k];
                            bar[j] = -z[k] / sd[j];
                        }
                        layer.apply(x, 0, y, 0, bar, 0, ws);
                        for (int j = 0; j < d; j++) {
                            double gap = y[j] - frame.centre()[j];
                            double tilt = priorSlope(j, y[j]) - slope[j] - bend[j] * gap;
                            bar[j] += gap / (sd[j] * sd[j]) + frame.beta() * tilt;
                            bar[j] *= weight[k];
                        }
                        layer.adjoint(x, 0, bar, 0, 0, ws, sum);
                    }
                    parts[from / GRAIN] = sum;
                });
        for (int b = 1; b < parts.length; b++) {
            parts[0].add(parts[b]);
        }
        return parts[0];
    }

    /** E[−log|J| − log π̂] but for a constant. */
    private double loss(double[] p, Ensemble draws, double[] h, double[] mode, double[] gradient) {
        SlotLayer layer = new TrainedFlow(shape, frame, p).slots();
        double[] each = new double[draws.size()];
        workers.forRanges(
                draws.size(),
                GRAIN,
                (from, to) -> {
                    SlotLayer.Workspace ws = layer.workspace();
                    double[] y = new double[d];
                    double[] gap = new double[d];
                    for (int k = from; k < to; k++) {
                        double log = layer.apply(draws.data(), k * d, y, 0, null, 0, ws);
                        double f = prior.potential(y, 0);
                        Arrays.setAll(gap, j -> y[j] - mode[j]);
                        for (int j = 0; j < d; j++) {
                            double bent = DenseProducts.dot(h, j * d, gap, 0, d);
                            f += gap[j] * (gradient[j] + 0.5 * bent);
                        }
                        each[k] = frame.beta() * f - log;
                    }
                });
        return Arrays.stream(each).sum() / each.length;
    }
}
