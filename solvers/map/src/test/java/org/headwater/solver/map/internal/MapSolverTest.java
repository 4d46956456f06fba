package org.headwater.solver.map.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.junit.jupiter.api.Test;

class MapSolverTest {
    private static final Workers ONE_THREAD =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    task.run(0, count);
                }
            };

    /** f = ½Σ(F(x_j) − y_j)²/s², F the identity or the exponential function. */
    private record Misfit(double[] y, double s, boolean linear) implements Target {
        @Override
        public int dimension() {
            return y.length;
        }

        @Override
        public boolean isQuadratic() {
            return linear;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            for (int i = 0; i < theta.size(); i++) {
                value[i] = 0;
                failed[i] = false;
                for (int j = 0; j < y.length; j++) {
                    double x = theta.get(i, j);
                    double r = ((linear ? x : Math.exp(x)) - y[j]) / s;
                    value[i] += 0.5 * r * r;
                    gradient.data()[i * y.length + j] = r * (linear ? 1 : Math.exp(x)) / s;
                }
            }
            return 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            java.util.Arrays.fill(hessian, 0);
            for (int i = 0; i < points.size(); i++) {
                for (int j = 0; j < y.length; j++) {
                    double slope = (linear ? 1 : Math.exp(points.get(i, j))) / s;
                    hessian[j * y.length + j] += slope * slope / points.size();
                }
            }
            return points.size();
        }
    }

    private static Prior prior(PriorProvider provider, Map<String, ?> settings, int d) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(d));
    }

    private static Stepper stepper(Target target, Prior prior, Map<String, ?> settings) {
        int d = target.dimension();
        List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + j).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        Problem problem = new Problem("test", target, prior, 1, List.of(block), new double[d]);
        MapSolverProvider provider = new MapSolverProvider();
        return provider.create(provider.info().settings().validate(settings, "solver", Path.of("")))
                .prepare(problem, new Resources(ONE_THREAD, null, notice -> {}));
    }

    private static Posterior run(Target target, Prior prior, Map<String, ?> settings) {
        Stepper stepper = stepper(target, prior, settings);
        KeyedRandom random = KeyedRandom.of(1);
        State state = stepper.start(random);
        for (int k = 0; k < stepper.iterations(); k++) {
            state = stepper.step(state, random.split(k)).state();
        }
        return stepper.posterior(state, random);
    }

    private static List<String> codes(Posterior posterior) {
        return posterior.reasons().stream().map(Reason::code).toList();
    }

    /** The soft threshold of y by s²λ. */
    @Test
    void lassoOfTheIdentityIsTheSoftThreshold() {
        Posterior posterior =
                run(
                        new Misfit(new double[] {3, -2, 0.4}, 0.5, true),
                        prior(new L1PriorProvider(), Map.of("weight", 2), 3),
                        Map.of("laplace", false));
        assertArrayEquals(new double[] {2.5, -1.5, 0}, posterior.mode(), 1e-9);
        assertArrayEquals(posterior.mode(), posterior.draws().data());
        assertEquals(List.of("point-estimate"), codes(posterior));
    }

    /** TV of two steps pulls each level by λs² over its number of neighbours alike. */
    @Test
    void totalVariationMovesLevelsTogether() {
        Posterior posterior =
                run(
                        new Misfit(new double[] {0, 0, 4, 4, 4, 4}, 1, true),
                        prior(new TvPriorProvider(), Map.of("weight", 1), 6),
                        Map.of());
        assertArrayEquals(new double[] {0.5, 0.5, 3.75, 3.75, 3.75, 3.75}, posterior.mode(), 1e-6);
        assertEquals(List.of("laplace-approximation"), codes(posterior));
    }

    /** Of eˣ = y: ln y, with standard deviation s/y; a bound is kept by the mode. */
    @Test
    void nonlinearModelAndItsLaplaceApproximation() {
        Misfit misfit = new Misfit(new double[] {5, 0.5}, 0.1, false);
        Posterior posterior = run(misfit, SeparablePrior.flat(2), Map.of("draws", 40_000));
        assertArrayEquals(new double[] {Math.log(5), Math.log(0.5)}, posterior.mode(), 1e-5);
        assertEquals(List.of("laplace-approximation"), codes(posterior));
        for (int j = 0; j < 2; j++) {
            double truth = 0.1 / misfit.y[j];
            double mean = 0;
            double square = 0;
            for (int i = 0; i < 40_000; i++) {
                double delta = posterior.draws().get(i, j) - posterior.mode()[j];
                mean += delta / 40_000;
                square += delta * delta / 40_000;
            }
            // five standard errors: odds of 6e-7 each
            assertEquals(0, mean / truth, 5 / 200.0);
            assertEquals(1, Math.sqrt(square) / truth, 5 / 282.0);
        }
        Posterior bounded =
                run(
                        misfit,
                        prior(new BoxPriorProvider(), Map.of("lower", -0.5, "upper", 1), 2),
                        Map.of());
        assertArrayEquals(new double[] {1, -0.5}, bounded.mode(), 1e-9);
    }

    @Test
    void tooFewStepsShow() {
        Posterior posterior =
                run(
                        new Misfit(new double[] {5, 0.5}, 0.1, false),
                        SeparablePrior.flat(2),
                        Map.of("iterations", 2));
        assertTrue(codes(posterior).contains("map-not-reached"), () -> codes(posterior).toString());
    }

    @Test
    void goesOnFromTheMeanOfGivenPoints() {
        Stepper stepper =
                stepper(
                        new Misfit(new double[] {5, 0.5}, 0.1, false),
                        SeparablePrior.flat(2),
                        Map.of());
        Ensemble points = Ensemble.of(2, 2, new double[] {1, -1, 2, 0});
        State state = stepper.start(points, KeyedRandom.of(1));
        assertArrayEquals(new double[] {1.5, -0.5}, stepper.points(state).orElseThrow().data());
    }
}
