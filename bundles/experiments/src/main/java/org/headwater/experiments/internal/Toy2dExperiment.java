package org.headwater.experiments.internal;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.flow.Adam;
import org.headwater.kernels.flow.TrainedFlow;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;

/**
 * Generation from samples in the plane: flows trained on the unbiased energy distance
 *
 * <pre>2·mean|x − y| − mean_{i≠k}|x_i − x_k| − mean_{i≠k}|y_i − y_k|</pre>
 *
 * between draws x and data y, with and without the slots of the sparse transformer.
 */
public final class Toy2dExperiment implements Experiment {
    private static final String[] DATA = {
        "8-gaussians", "moons", "rings", "pinwheel", "checkerboard", "2-spirals"
    };
    private static final String[] METHODS = {"ot-flow", "slots"};
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final double LAMBDA = 0.5;
    private static final double BETA = 5;
    private static final double RATE = 0.01;
    private static final double COST = 0.001;

    @Override
    public String name() {
        return "toy2d";
    }

    @Override
    public String summary() {
        return "planar data sets by energy-distance training: slots against OT-Flow";
    }

    @Override
    public int seeds() {
        return 5;
    }

    private static String[] names(Setup setup) {
        return setup.small() ? Arrays.copyOf(DATA, 2) : DATA;
    }

    private static int iterations(Setup setup) {
        return setup.small() ? 20 : 300;
    }

    private static int batch(Setup setup) {
        return setup.small() ? 48 : 256;
    }

    private static int test(Setup setup) {
        return setup.small() ? 300 : 2000;
    }

    private static String cellOf(String name, String method, int seed) {
        return name + ", " + method + ", seed " + seed;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        for (int s = 1; s <= setup.seeds(); s++) {
            for (String name : names(setup)) {
                for (String method : METHODS) {
                    int seed = s;
                    Map<String, Object> settings =
                            Map.of(
                                    "data",
                                    name,
                                    "method",
                                    method,
                                    "seed",
                                    seed,
                                    "iterations",
                                    iterations(setup),
                                    "batch",
                                    batch(setup),
                                    "test",
                                    test(setup));
                    cells.add(
                            new Cell(
                                    cellOf(name, method, seed),
                                    settings,
                                    done -> measure(name, method, seed, setup)));
                }
            }
        }
        return cells;
    }

    private static Values measure(String name, String method, int seed, Setup setup) {
        KeyedRandom random = KeyedRandom.of(seed);
        int test = test(setup);
        Training training = train(name, method, iterations(setup), batch(setup), random, setup);
        Ensemble fresh = data(name, test, random.split(11));
        Ensemble draws = training.flow.draw(test, random.split(12), setup.workers()).points();
        int shown = Math.min(test, 800);
        Ensemble picture = training.flow.draw(shown, random.split(14), setup.workers()).points();
        return Values.of(
                "distance",
                distance(draws, fresh, null),
                "floor",
                distance(data(name, test, random.split(13)), fresh, null),
                "seconds",
                training.seconds[training.seconds.length - 1],
                "loss",
                training.loss,
                "clock",
                training.seconds,
                "draws",
                picture.data());
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        report.text(
                iterations(setup)
                        + " iterations of "
                        + batch(setup)
                        + " draws and data; 8 steps, width 32, Adam at .01 with drops, transport cost"
                        + " .001; energy distance of "
                        + test(setup)
                        + " fresh draws to fresh data, mean and half the 95 % interval over "
                        + setup.seeds()
                        + " seeds. 'floor' is that of two data sets. Slots: lambda = .5, beta = 5."
                        + " Seconds are the processor's, of one thread. Pictures and losses are those of seed 1.");
        Report.Table against = Report.table("data", "slots - ot-flow", "± of difference", "slots");
        Report.Table t = Report.table("data", "method", "energy distance", "±", "floor", "seconds");
        for (String name : names(setup)) {
            Chart byIteration = new Chart("Loss: " + name, "iteration", false, "loss", true);
            Chart byTime = new Chart("Loss: " + name, "processor seconds", false, "loss", true);
            Ensemble real = data(name, Math.min(test(setup), 800), KeyedRandom.of(1).split(15));
            for (String method : METHODS) {
                Values[] all =
                        IntStream.rangeClosed(1, setup.seeds())
                                .mapToObj(s -> results.get(cellOf(name, method, s)))
                                .toArray(Values[]::new);
                Estimate distance = Estimate.of(all, "distance");
                t.row(
                        name,
                        method,
                        distance.mean(),
                        distance.half(),
                        Estimate.of(all, "floor").mean(),
                        Estimate.of(all, "seconds").mean());
                double[] drawn = all[0].numbers("draws");
                Ensemble draws = Ensemble.of(drawn.length / 2, 2, drawn);
                report.add(
                        new Chart(name + " by " + method, "x", false, "y", false)
                                .points("data", column(real, 0), column(real, 1))
                                .points("draws", column(draws, 0), column(draws, 1)));
                double[] loss = all[0].numbers("loss");
                double[] epochs = new double[loss.length];
                Arrays.setAll(epochs, i -> i + 1);
                byIteration.line(method, epochs, loss);
                byTime.line(method, all[0].numbers("clock"), loss);
            }
            Estimate gap =
                    Estimate.of(
                            IntStream.rangeClosed(1, setup.seeds())
                                    .mapToDouble(s -> gap(name, s, results))
                                    .toArray());
            against.row(name, gap.mean(), gap.half(), gap.outcome());
            report.add(byIteration);
            report.add(byTime);
        }
        report.add("toy2d", "Energy distance", t);
        report.text(
                "Differences are taken seed by seed, as both methods have the same data, draws and"
                        + " first parameters of the drift; outside its 95 % interval one is a win or"
                        + " a loss.");
        report.add("toy2d-differences", "Where slots stand", against);
    }

    private static double gap(String name, int seed, Results results) {
        return results.get(cellOf(name, METHODS[1], seed)).number("distance")
                - results.get(cellOf(name, METHODS[0], seed)).number("distance");
    }

    private static double[] column(Ensemble x, int j) {
        double[] c = new double[x.size()];
        Arrays.setAll(c, i -> x.get(i, j));
        return c;
    }

    /** A flow, and after each iteration the loss and the processor seconds since the start. */
    private record Training(TrainedFlow flow, double[] loss, double[] seconds) {}

    private static Training train(
            String name,
            String method,
            int iterations,
            int batch,
            KeyedRandom random,
            Setup setup) {
        boolean slots = method.equals("slots");
        Shape shape = new Shape(2, 8, 32, 3, slots ? Last.SLOTS : Last.NONE, slots ? 32 : 0);
        double[] weights = {LAMBDA, LAMBDA};
        Frame frame =
                new Frame(new double[2], new double[] {1, 0, 0, 1}, weights, new double[0], BETA);
        double[] p = shape.initial(random.split(0));
        double[] first = new double[p.length];
        double[] second = new double[p.length];
        double[] loss = new double[iterations];
        double[] seconds = new double[iterations];
        long begun = CLOCK.getCurrentThreadCpuTime();
        for (int k = 0; k < iterations; k++) {
            TrainedFlow.Pass pass = new TrainedFlow(shape, frame, p).new Pass(batch);
            pass.forward(random.split(1).split(k), setup.workers(), TrainedFlow.Keep.PATH);
            double[] bar = new double[2 * batch];
            loss[k] = distance(pass.end(), data(name, batch, random.split(2).split(k)), bar);
            double[] g = pass.backward(bar, new double[batch], COST / batch, 0, setup.workers());
            double share = (double) k / iterations;
            double rate = share < 0.6 ? RATE : share < 0.85 ? 0.3 * RATE : 0.09 * RATE;
            Adam.update(p, g, first, second, k, rate, 5);
            seconds[k] = (CLOCK.getCurrentThreadCpuTime() - begun) * 1e-9;
        }
        return new Training(new TrainedFlow(shape, frame, p), loss, seconds);
    }

    /**
     * The unbiased energy distance. O(n² + nm + m²).
     *
     * @param bar its derivatives with respect to x, n × 2, modified; null for none
     */
    static double distance(Ensemble x, Ensemble y, double[] bar) {
        int n = x.size();
        int m = y.size();
        double between = 2.0 / ((double) n * m);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < m; k++) {
                sum += between * gap(x, i, y, k, bar, between);
            }
            for (int k = 0; k < n; k++) {
                // a pair counts twice: once here, once as (k, i)
                double within = -1.0 / ((double) n * (n - 1));
                sum += i == k ? 0 : within * gap(x, i, x, k, bar, 2 * within);
            }
        }
        for (int i = 0; i < m; i++) {
            for (int k = 0; k < i; k++) {
                sum -= 2.0 / ((double) m * (m - 1)) * gap(y, i, y, k, null, 0);
            }
        }
        return sum;
    }

    private static double gap(Ensemble x, int i, Ensemble y, int k, double[] bar, double weight) {
        double a = x.get(i, 0) - y.get(k, 0);
        double b = x.get(i, 1) - y.get(k, 1);
        double r = Math.sqrt(a * a + b * b);
        if (bar != null && r > 0) {
            bar[2 * i] += weight * a / r;
            bar[2 * i + 1] += weight * b / r;
        }
        return r;
    }

    /** n points of a data set of about unit size, point i from sub-stream i. */
    static Ensemble data(String name, int n, RandomStream random) {
        Ensemble x = Ensemble.zeros(n, 2);
        for (int i = 0; i < n; i++) {
            point(name, random.split(i), x.data(), 2 * i);
        }
        return x;
    }

    private static void point(String name, RandomStream r, double[] x, int at) {
        double angle;
        switch (name) {
            case "8-gaussians":
                angle = r.below(8) * Math.PI / 4;
                polar(1.6, angle, 0.1, r, x, at);
                return;
            case "moons":
                boolean upper = r.below(2) == 0;
                angle = Math.PI * r.uniform();
                polar(1.2, upper ? angle : -angle, 0.08, r, x, at);
                x[at] += upper ? -0.6 : 0.6;
                x[at + 1] += upper ? -0.3 : 0.3;
                return;
            case "rings":
                polar(0.6 * (1 + r.below(3)), 2 * Math.PI * r.uniform(), 0.05, r, x, at);
                return;
            case "pinwheel":
                double radius = 0.4 + 1.4 * r.uniform();
                angle = r.below(5) * 2 * Math.PI / 5 + 0.8 * radius + 0.12 * r.gaussian();
                polar(radius, angle, 0.02, r, x, at);
                return;
            case "checkerboard":
                int column = r.below(4);
                int row = 2 * r.below(2) + column % 2;
                x[at] = column - 2 + r.uniform();
                x[at + 1] = row - 2 + r.uniform();
                return;
            case "2-spirals":
                double along = Math.sqrt(r.uniform());
                angle = 3 * Math.PI * along + (r.below(2) == 0 ? 0 : Math.PI);
                polar(1.9 * along, angle, 0.05, r, x, at);
                return;
            default:
                throw new IllegalArgumentException("no data set " + name);
        }
    }

    private static void polar(
            double radius, double angle, double noise, RandomStream r, double[] x, int at) {
        x[at] = radius * Math.cos(angle) + noise * r.gaussian();
        x[at + 1] = radius * Math.sin(angle) + noise * r.gaussian();
    }
}
