package org.headwater.model.ellipticpde.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.sparse.Lanes;
import org.junit.jupiter.api.Test;

class FlowLawTest {
    private static final double PI = Math.PI;

    /** m of the manufactured solutions. */
    private static double m(double x, double y) {
        return Math.cos(x + 2 * y);
    }

    private static double mx(double x, double y) {
        return -Math.sin(x + 2 * y);
    }

    private static double my(double x, double y) {
        return -2 * Math.sin(x + 2 * y);
    }

    /** Largest error at the nodes of a solution that was made up. */
    private static double error(
            int n, Boundary boundary, PlaneFunction source, DoubleBinaryOperator exact) {
        FlowGrid grid =
                new FlowGrid(n, new Flow(source, new double[0], boundary, new double[] {.5, .5}));
        double[] faces = new double[grid.faces()];
        int f = 0;
        for (double x : grid.midpoints()) {
            for (double y : grid.nodes()) {
                faces[f++] = m(x, y);
            }
        }
        for (double x : grid.nodes()) {
            for (double y : grid.midpoints()) {
                faces[f++] = m(x, y);
            }
        }
        FlowGrid.Workspace workspace = grid.workspace(Lanes.scalar());
        assertTrue(workspace.solve(faces)[0]);
        double largest = 0;
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                double e = workspace.pressure(0, i, j);
                e -= exact.applyAsDouble((double) i / n, (double) j / n);
                largest = Math.max(largest, Math.abs(e));
            }
        }
        return largest;
    }

    /** u = sin πx sin πy with u = 0 on the sides: the error falls as h². */
    @Test
    void secondOrderWithGivenPressure() {
        PlaneFunction source =
                (x, y) -> {
                    double sx = Math.sin(PI * x);
                    double sy = Math.sin(PI * y);
                    double gradients =
                            mx(x, y) * PI * Math.cos(PI * x) * sy
                                    + my(x, y) * PI * sx * Math.cos(PI * y);
                    return Math.exp(m(x, y)) * (2 * PI * PI * sx * sy - gradients);
                };
        DoubleBinaryOperator exact = (x, y) -> Math.sin(PI * x) * Math.sin(PI * y);
        assertSecondOrder(Boundary.zero(), source, exact);
    }

    /**
     * u = cos πx · cos 2πy: no flow through left, right and bottom, cos πx along the top, given at
     * so many points that their interpolation is exact at the nodes.
     */
    @Test
    void secondOrderWithoutFlowThroughSides() {
        PlaneFunction source =
                (x, y) -> {
                    double u = Math.cos(PI * x) * Math.cos(2 * PI * y);
                    double gradients =
                            -mx(x, y) * PI * Math.sin(PI * x) * Math.cos(2 * PI * y)
                                    - my(x, y) * 2 * PI * Math.cos(PI * x) * Math.sin(2 * PI * y);
                    return Math.exp(m(x, y)) * (5 * PI * PI * u - gradients);
                };
        double[] top = along(x -> Math.cos(PI * x));
        Boundary boundary =
                new Boundary(
                        Boundary.Side.NO_FLOW,
                        Boundary.Side.NO_FLOW,
                        Boundary.Side.NO_FLOW,
                        Boundary.Side.pressure(top));
        assertSecondOrder(boundary, source, (x, y) -> Math.cos(PI * x) * Math.cos(2 * PI * y));
    }

    /** u = sin(πx + 0.3) cos(2y): its values on the left, its flow through the other sides. */
    @Test
    void secondOrderWithGivenInflow() {
        DoubleBinaryOperator u = (x, y) -> Math.sin(PI * x + 0.3) * Math.cos(2 * y);
        DoubleBinaryOperator ux = (x, y) -> PI * Math.cos(PI * x + 0.3) * Math.cos(2 * y);
        DoubleBinaryOperator uy = (x, y) -> -2 * Math.sin(PI * x + 0.3) * Math.sin(2 * y);
        PlaneFunction source =
                (x, y) -> {
                    double gradients =
                            mx(x, y) * ux.applyAsDouble(x, y) + my(x, y) * uy.applyAsDouble(x, y);
                    return Math.exp(m(x, y)) * ((PI * PI + 4) * u.applyAsDouble(x, y) - gradients);
                };
        double[] left = along(t -> u.applyAsDouble(0, t));
        double[] right = along(t -> Math.exp(m(1, t)) * ux.applyAsDouble(1, t));
        double[] bottom = along(t -> -Math.exp(m(t, 0)) * uy.applyAsDouble(t, 0));
        double[] top = along(t -> Math.exp(m(t, 1)) * uy.applyAsDouble(t, 1));
        Boundary boundary =
                new Boundary(
                        Boundary.Side.pressure(left),
                        Boundary.Side.inflow(right),
                        Boundary.Side.inflow(bottom),
                        Boundary.Side.inflow(top));
        assertSecondOrder(boundary, source, u);
    }

    /** Values so close that their interpolation is exact at the nodes. */
    private static double[] along(DoubleUnaryOperator f) {
        return IntStream.rangeClosed(0, 128).mapToDouble(i -> f.applyAsDouble(i / 128.0)).toArray();
    }

    private static void assertSecondOrder(
            Boundary boundary, PlaneFunction source, DoubleBinaryOperator exact) {
        double coarse = error(16, boundary, source, exact);
        for (int n = 32; n <= 128; n *= 2) {
            double fine = error(n, boundary, source, exact);
            double order = Math.log(coarse / fine) / Math.log(2);
            assertEquals(2, order, 0.1, "from n = " + n / 2);
            coarse = fine;
        }
    }

    /** What a well feeds in leaves through the side of pressure 0: mean drop = rate · distance. */
    @Test
    void wellsConserveMass() {
        Boundary.Side shut = Boundary.Side.NO_FLOW;
        Boundary.Side open = Boundary.Side.pressure(0);
        FlowGrid grid =
                new FlowGrid(
                        40,
                        new Flow(
                                (x, y) -> 0,
                                new double[] {.51, .37, 3},
                                new Boundary(open, shut, shut, shut),
                                new double[] {.5, .5}));
        FlowGrid.Workspace workspace = grid.workspace(Lanes.scalar());
        assertTrue(workspace.solve(new double[grid.faces()])[0]);
        double flux = 0;
        for (int j = 0; j <= 40; j++) {
            flux += (j == 0 || j == 40 ? 0.5 : 1) * workspace.pressure(0, 1, j);
        }
        assertEquals(3, flux, 1e-12);
    }

    /** Central differences approach the gradient as ε². */
    @Test
    void gradientIsTheLimitOfDifferences() {
        RandomStream random = KeyedRandom.of(3);
        Boundary.Side one = Boundary.Side.pressure(1);
        Boundary boundary =
                new Boundary(one, Boundary.Side.pressure(0, 2), Boundary.Side.inflow(1, -3), one);
        double[] points = new double[20];
        for (int i = 0; i < points.length; i++) {
            points[i] = random.uniform();
        }
        Flow flow = new Flow((x, y) -> 1 + x, new double[] {.4, .6, 5}, boundary, points);
        for (Basis basis : new Basis[] {Basis.sine(40, 3, 1.25), Basis.pixels(7)}) {
            EllipticModel model = new EllipticModel(24, flow, basis, 4);
            int d = basis.size();
            double[] theta = numbers(random, d);
            double[] direction = numbers(random, d);
            double[] weight = numbers(random, 10);
            double[] gradient = new double[d];
            double[] predicted = new double[10];
            model.evaluator()
                    .gradient(
                            Ensemble.of(1, d, theta),
                            0,
                            1,
                            (i, p, offset, out) -> System.arraycopy(weight, 0, out, 0, 10),
                            predicted,
                            gradient);
            double slope = dot(gradient, direction);
            double[] jacobian = new double[10 * d];
            model.evaluator().jacobian(theta, new double[10], jacobian);
            double product = 0;
            for (int k = 0; k < 10; k++) {
                for (int j = 0; j < d; j++) {
                    product += weight[k] * jacobian[k * d + j] * direction[j];
                }
            }
            assertEquals(slope, product, 1e-11 * Math.abs(slope));
            double before = 0;
            for (double step : new double[] {0.08, 0.04, 0.02}) {
                double difference =
                        value(model, theta, direction, step, weight)
                                - value(model, theta, direction, -step, weight);
                double error = Math.abs(difference / (2 * step) - slope);
                assertTrue(before == 0 || Math.abs(before / error - 4) < 0.3, before + " " + error);
                before = error;
            }
        }
    }

    /** Particles side by side give what each gives alone, also next to one that fails. */
    @Test
    void lanesDoNotMix() {
        RandomStream random = KeyedRandom.of(5);
        Boundary.Side side = Boundary.Side.pressure(1);
        Boundary boundary = new Boundary(side, Boundary.Side.inflow(2), side, side);
        Flow flow =
                new Flow((x, y) -> 1 + x, new double[0], boundary, new double[] {.3, .6, .8, .1});
        EllipticModel model = new EllipticModel(12, flow, Basis.pixels(5), 4);
        int count = 11;
        double[] theta = numbers(random, 25 * count);
        Arrays.fill(theta, 50, 75, 1e5);
        double[] together = new double[25 * count];
        gradient(model, Ensemble.of(count, 25, theta), together);
        for (int i = 0; i < count; i++) {
            double[] alone = new double[25];
            double[] own = Arrays.copyOfRange(theta, 25 * i, 25 * i + 25);
            gradient(model, Ensemble.of(1, 25, own), alone);
            assertEquals(i == 2, Double.isNaN(alone[0]));
            assertArrayEquals(alone, Arrays.copyOfRange(together, 25 * i, 25 * i + 25), 0);
        }
    }

    private static void gradient(EllipticModel model, Ensemble theta, double[] out) {
        model.evaluator()
                .gradient(
                        theta,
                        0,
                        theta.size(),
                        (i, p, offset, g) -> Arrays.fill(g, 1),
                        new double[model.dataSize() * theta.size()],
                        out);
    }

    private static double value(
            EllipticModel model, double[] theta, double[] direction, double step, double[] weight) {
        double[] moved = theta.clone();
        for (int j = 0; j < moved.length; j++) {
            moved[j] += step * direction[j];
        }
        double[] predicted = new double[weight.length];
        model.evaluator().predict(Ensemble.of(1, moved.length, moved), 0, 1, predicted);
        return dot(predicted, weight);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] numbers(RandomStream random, int n) {
        double[] a = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = 0.5 * random.gaussian();
        }
        return a;
    }
}
