package org.headwater.solver.sparsetransformer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.junit.jupiter.api.Test;

/** With the priors that ship, on f = ½Σh(x_j − c_j)². */
class SparseTransformerSolverTest {
    private static final double[] CENTRE = {1.2, 0, -0.4};
    private static final double H = 4;

    private static final Target TARGET =
            new Target() {
                @Override
                public int dimension() {
                    return CENTRE.length;
                }

                @Override
                public boolean isQuadratic() {
                    return true;
                }

                @Override
                public int evaluate(
                        Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
                    int d = CENTRE.length;
                    for (int i = 0; i < theta.size(); i++) {
                        value[i] = 0;
                        for (int j = 0; j < d; j++) {
                            double r = theta.get(i, j) - CENTRE[j];
                            value[i] += 0.5 * H * r * r;
                            gradient.data()[i * d + j] = H * r;
                        }
                    }
                    return 0;
                }

                @Override
                public int gaussNewton(Ensemble points, double[] hessian) {
                    for (int j = 0; j < CENTRE.length; j++) {
                        hessian[j * CENTRE.length + j] = H;
                    }
                    return points.size();
                }
            };

    private static final Workers ONE_THREAD =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(count, from + grain));
                    }
                }
            };

    private static Stepper stepper(PriorProvider provider, Map<String, ?> of, Map<String, ?> how) {
        int d = CENTRE.length;
        Prior prior =
                provider.create(
                        provider.info().settings().validate(of, "prior", Path.of("")),
                        new FieldShape(d));
        ParameterBlock block =
                new ParameterBlock(
                        "x", List.of("a", "b", "c"), "", new double[d], new FieldShape(d), null);
        Problem problem = new Problem("test", TARGET, prior, 1, List.of(block), new double[d]);
        SparseTransformerSolverProvider solvers = new SparseTransformerSolverProvider();
        return solvers.create(solvers.info().settings().validate(how, "solver", Path.of("")))
                .prepare(problem, new Resources(ONE_THREAD, null, notice -> {}));
    }

    private static Posterior run(Stepper stepper) {
        KeyedRandom random = KeyedRandom.of(1);
        State state = stepper.start(random.split(0));
        for (int k = 0; k < stepper.iterations(); k++) {
            state = stepper.step(state, random.split(1).split(k)).state();
        }
        return stepper.posterior(state, random.split(2));
    }

    /** Mean and standard deviation by the trapezoidal rule, ψ = λ|x| between bounds. */
    private static double[] exact(double centre, double lambda, double lower, double upper) {
        double from = Math.max(lower, centre - 4);
        double step = (Math.min(upper, centre + 4) - from) / 80_000;
        double[] sums = new double[3];
        for (int k = 0; k <= 80_000; k++) {
            double x = from + k * step;
            double w = Math.exp(-0.5 * H * (x - centre) * (x - centre) - lambda * Math.abs(x));
            w *= k % 80_000 == 0 ? 0.5 : 1;
            sums[0] += w;
            sums[1] += w * x;
            sums[2] += w * x * x;
        }
        double mean = sums[1] / sums[0];
        return new double[] {mean, Math.sqrt(sums[2] / sums[0] - mean * mean)};
    }

    private static Map<String, Object> trained(String layer) {
        return Map.of(
                "layer", layer,
                "iterations", 150,
                "batch", 128,
                "width", 8,
                "steps", 3,
                "draws", 20_000);
    }

    /** 20,000 draws: a mean's standard error is .007 sd; .05 allows for the training. */
    private static void check(Posterior p, double lambda, double lower, double upper) {
        assertTrue(p.reasons().isEmpty(), p.reasons()::toString);
        for (int j = 0; j < CENTRE.length; j++) {
            double[] truth = exact(CENTRE[j], lambda, lower, upper);
            double mean = 0;
            double square = 0;
            for (int i = 0; i < p.draws().size(); i++) {
                double x = p.draws().get(i, j);
                assertTrue(x >= lower && x <= upper, "draw " + x);
                mean += x / p.draws().size();
                square += x * x / p.draws().size();
            }
            double sd = Math.sqrt(square - mean * mean);
            assertEquals(truth[0], mean, 0.05 * truth[1], "mean " + j);
            assertEquals(1, sd / truth[1], 0.05, "sd " + j);
        }
    }

    @Test
    void meansAndDeviationsAreThePosteriors() {
        double all = Double.POSITIVE_INFINITY;
        for (String layer : new String[] {"slots", "kr"}) {
            Map<String, Object> how = trained(layer);
            check(run(stepper(new L1PriorProvider(), Map.of("weight", 3), how)), 3, -all, all);
        }
    }

    @Test
    void drawsStayBetweenBounds() {
        Map<String, Object> box = Map.of("lower", -0.5, "upper", 1.3);
        for (String layer : new String[] {"slots", "plain-slots"}) {
            check(run(stepper(new BoxPriorProvider(), box, trained(layer))), 0, -0.5, 1.3);
        }
    }

    /** Total variation is drawn in its increments; the flow's file has the map back. */
    @Test
    void totalVariationIsDrawnInItsIncrements() {
        Stepper stepper =
                stepper(
                        new TvPriorProvider(),
                        Map.of("weight", 2),
                        Map.of("iterations", 3, "batch", 16, "draws", 100));
        KeyedRandom random = KeyedRandom.of(1);
        State state = stepper.start(random);
        assertTrue(stepper.sampler(state).orElseThrow().hasArray("map"));
        assertEquals(100, run(stepper).draws().size());
    }
}
