package org.headwater.experiments.internal;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.headwater.kernels.flow.TrainedFlow;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;
import org.headwater.kernels.special.L1Kernel;

/**
 * Time against the number N of particles: the RWPO layer with its joint kernel, O(N²d), and with
 * its tensorised kernel by the fast Gauss transform, O(d·N log N), normalisers included; a pass
 * forth and back of OT-Flow and of the sparse transformer with slots, both O(N).
 */
public final class ScalingExperiment implements Experiment {
    private static final String[] METHODS = {
        "joint layer", "tensorised layer", "ot-flow", "sparse-transformer"
    };
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
    private static final int STEPS = 6;
    private static final int WIDTH = 24;
    private static final int SLOTS = 32;
    private static final double LAMBDA = 1;
    private static final double TIME = 0.1;

    @Override
    public String name() {
        return "scaling";
    }

    @Override
    public String summary() {
        return "time against the number of particles: layers of the transformer and OT-Flow";
    }

    @Override
    public int seeds() {
        return 5;
    }

    private static int[] sizes(Setup setup) {
        return setup.small() ? new int[] {50, 100, 200} : new int[] {100, 500, 2000, 8000};
    }

    private static int dimension(Setup setup) {
        return setup.small() ? 4 : 32;
    }

    /** Passes whose least time counts, at least. */
    private static int passes(Setup setup) {
        return setup.small() ? 2 : 3;
    }

    /** Seconds for which passes are repeated, so that Java's compiler is done with them. */
    private static int span(Setup setup) {
        return setup.small() ? 0 : 3;
    }

    private static String cellOf(String method, int n, int seed) {
        return method + ", N = " + n + ", seed " + seed;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        int d = dimension(setup);
        int passes = passes(setup);
        int span = span(setup);
        for (int s = 1; s <= setup.seeds(); s++) {
            for (String method : METHODS) {
                for (int n : sizes(setup)) {
                    int seed = s;
                    cells.add(
                            new Cell(
                                    cellOf(method, n, seed),
                                    Map.of(
                                            "method", method,
                                            "n", n,
                                            "d", d,
                                            "passes", passes,
                                            "span", span,
                                            "seed", seed),
                                    done -> {
                                        Runnable pass = pass(method, n, d, seed, setup.workers());
                                        return Values.of("seconds", least(pass, passes, span));
                                    }));
                }
            }
        }
        return cells;
    }

    /** The least time on the processor of a pass. */
    private static double least(Runnable pass, int passes, double span) {
        double least = Double.POSITIVE_INFINITY;
        double spent = 0;
        for (int k = 0; k < passes || spent < span; k++) {
            long begun = CLOCK.getCurrentThreadCpuTime();
            pass.run();
            double seconds = (CLOCK.getCurrentThreadCpuTime() - begun) * 1e-9;
            least = Math.min(least, seconds);
            spent += seconds;
        }
        return least;
    }

    private static Runnable pass(String method, int n, int d, int seed, Workers workers) {
        KeyedRandom random = KeyedRandom.of(seed);
        if (method.endsWith("layer")) {
            Ensemble x = Ensemble.zeros(n, d);
            for (int i = 0; i < x.data().length; i++) {
                x.data()[i] = random.gaussian();
            }
            boolean joint = method.startsWith("joint");
            return joint ? () -> joint(x, workers) : () -> tensorised(x, workers);
        }
        boolean slots = method.equals("sparse-transformer");
        Last last = slots ? Last.SLOTS : Last.NONE;
        Shape shape = new Shape(d, STEPS, WIDTH, Math.min(10, d), last, slots ? SLOTS : 0);
        double[] identity = new double[d * d];
        double[] weights = new double[d];
        for (int j = 0; j < d; j++) {
            identity[j * d + j] = 1;
            weights[j] = LAMBDA;
        }
        Frame frame = new Frame(new double[d], identity, weights, new double[0], 1);
        TrainedFlow flow = new TrainedFlow(shape, frame, shape.initial(random.split(0)));
        double[] bar = new double[n * d];
        double[] one = new double[n];
        Arrays.fill(bar, 1.0 / n);
        Arrays.fill(one, 1.0 / n);
        return () -> {
            TrainedFlow.Pass pass = flow.new Pass(n);
            pass.forward(random.split(1), workers, TrainedFlow.Keep.SCORES);
            pass.backward(bar.clone(), one, 0, 0, workers);
        };
    }

    private static double[] normalisers(Ensemble x) {
        int size = x.data().length;
        double[] log = new double[size];
        L1Kernel.evaluate(LAMBDA, TIME, 1, x.data(), log, new double[size], new double[size]);
        return log;
    }

    private static void joint(Ensemble x, Workers workers) {
        int n = x.size();
        int d = x.dimension();
        double[] each = normalisers(x);
        double[] log = new double[n];
        for (int i = 0; i < n; i++) {
            log[i] = Arrays.stream(each, i * d, (i + 1) * d).sum();
        }
        JointLayer.self(x, 1 / (4 * TIME), log, Ensemble.zeros(n, d), new double[n], workers);
    }

    private static void tensorised(Ensemble x, Workers workers) {
        int n = x.size();
        int d = x.dimension();
        double[] kappa = new double[d];
        Arrays.fill(kappa, 1 / (4 * TIME));
        Ensemble log = Ensemble.of(n, d, normalisers(x));
        TensorisedLayer.self(x, kappa, log, Ensemble.zeros(n, d), new double[d], workers);
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        report.text(
                "d = "
                        + dimension(setup)
                        + ", processor time of one thread. A layer: normalisers and barycentres of N particles, once."
                        + " ot-flow and sparse-transformer: a pass of N draws forth and back, "
                        + STEPS
                        + " steps of width "
                        + WIDTH
                        + ", "
                        + SLOTS
                        + " slots. The least of at least "
                        + passes(setup)
                        + " passes and "
                        + span(setup)
                        + " s; mean and half the 95 % interval over "
                        + setup.seeds()
                        + " seeds. Exponent: slope of log time over log N, by least squares and"
                        + " between the two largest N.");
        int[] sizes = sizes(setup);
        Report.Table times = Report.table("method", "N", "seconds", "±");
        Report.Table slopes = Report.table("method", "exponent", "at the end");
        Chart chart = new Chart("Time against N", "N", true, "seconds", true);
        double[] x = Arrays.stream(sizes).asDoubleStream().toArray();
        for (String method : METHODS) {
            double[] y = new double[sizes.length];
            for (int k = 0; k < sizes.length; k++) {
                int n = sizes[k];
                Values[] all =
                        IntStream.rangeClosed(1, setup.seeds())
                                .mapToObj(s -> results.get(cellOf(method, n, s)))
                                .toArray(Values[]::new);
                Estimate seconds = Estimate.of(all, "seconds");
                times.row(method, n, seconds.mean(), seconds.half());
                y[k] = seconds.mean();
            }
            int last = sizes.length - 1;
            slopes.row(
                    method,
                    slope(x, y),
                    slope(
                            Arrays.copyOfRange(x, last - 1, last + 1),
                            Arrays.copyOfRange(y, last - 1, last + 1)));
            chart.line(method, x, y);
        }
        report.add("scaling", "Seconds", times);
        report.add("exponents", "Exponents", slopes);
        report.add(chart);
    }

    /** The slope of log y over log x by least squares. */
    static double slope(double[] x, double[] y) {
        double meanX = Arrays.stream(x).map(Math::log).average().orElseThrow();
        double meanY = Arrays.stream(y).map(Math::log).average().orElseThrow();
        double both = 0;
        double square = 0;
        for (int i = 0; i < x.length; i++) {
            double gap = Math.log(x[i]) - meanX;
            both += gap * (Math.log(y[i]) - meanY);
            square += gap * gap;
        }
        return both / square;
    }
}
