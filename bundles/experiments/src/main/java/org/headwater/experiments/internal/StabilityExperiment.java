package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where the layer's sampler is stable, over temperature and time h, and the inviscid limit: v_t +
 * vv_x = 0 from v(x, T) = ax backwards blows up at T − 1/a.
 */
public final class StabilityExperiment implements Experiment {
    private static final double HUGE = 1e8;

    /** Particles of less spread than that, in the target's, stand for nothing. */
    private static final double COLLAPSED = 0.1;

    @Override
    public String name() {
        return "stability";
    }

    @Override
    public String summary() {
        return "the layer's sampler over temperature and time h, and the blow-up without viscosity";
    }

    @Override
    public int seeds() {
        return 0;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        List<Cell> cells = new ArrayList<>();
        int n = particles(setup);
        int steps = steps(setup);
        for (double temperature : temperatures(setup)) {
            for (double q : times(setup)) {
                cells.add(
                        new Cell(
                                cellOf(temperature, q),
                                Map.of("temperature", temperature, "q", q, "n", n, "steps", steps),
                                done -> rest(temperature, q, n, steps)));
            }
        }
        return cells;
    }

    private static Values rest(double temperature, double q, int n, int steps) {
        double beta = 1 / temperature;
        double truth = LineFlow.exactSd(beta, beta);
        LineFlow.Rest rest = LineFlow.rest(1, 1, q, beta, n, steps, true);
        return Values.of(
                "particles",
                rest.particles() / truth,
                "readout",
                rest.readout() / truth,
                "self",
                rest.selfWeight());
    }

    private static String cellOf(double temperature, double q) {
        return "1/beta = " + temperature + ", q = " + q;
    }

    private static double[] temperatures(Setup setup) {
        return setup.small()
                ? new double[] {1e-3, 0.1, 1}
                : new double[] {1e-4, 1e-3, 1e-2, 0.1, 1, 10};
    }

    private static double[] times(Setup setup) {
        return setup.small()
                ? new double[] {0.1, 0.6}
                : new double[] {0.02, 0.05, 0.15, 0.3, 0.6, 1, 1.5, 2.5};
    }

    private static int particles(Setup setup) {
        return setup.small() ? 80 : 300;
    }

    private static int steps(Setup setup) {
        return setup.small() ? 60 : 400;
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        blowUp(report);
        sweep(setup, results, report);
    }

    /**
     * The time T − t at which the slope s of v = s(t)·x, s′ = −s² backwards from s(T) = a, passes
     * 10⁸, by Runge–Kutta steps of a hundredth of 1/s.
     */
    static double timeToBlowUp(double a) {
        double s = a;
        double time = 0;
        while (s < HUGE) {
            double dt = 0.01 / s;
            double k1 = s * s;
            double k2 = Math.pow(s + 0.5 * dt * k1, 2);
            double k3 = Math.pow(s + 0.5 * dt * k2, 2);
            double k4 = Math.pow(s + dt * k3, 2);
            s += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
            time += dt;
        }
        return time;
    }

    private static void blowUp(Report report) {
        report.text(
                "From v(x, T) = ax, the characteristics of the inviscid equation meet at T - 1/a."
                        + " Viscosity adds v_xx, which is 0 for v linear in x: it does not remove"
                        + " the blow-up of quadratic terminal data.");
        Report.Table t = Report.table("a", "time before T", "1/a", "difference");
        for (double a : new double[] {0.5, 1, 2, 4, 10}) {
            double found = timeToBlowUp(a);
            t.row(a, found, 1 / a, found - 1 / a);
        }
        report.add("blow-up", "Inviscid blow-up", t);
    }

    private static void sweep(Setup setup, Results results, Report report) {
        report.text(
                "f = x^2/2, lambda = 1, "
                        + particles(setup)
                        + " particles, "
                        + steps(setup)
                        + " steps; q = h. Standard deviations at rest relative to the target's,"
                        + " whose temperature is that of the row; – where the particles left the"
                        + " range of numbers. 'self' is the mean weight of a particle on itself. The"
                        + " tensorised kernel sees one coordinate at a time: the figures hold for"
                        + " product targets of any dimension.");
        Report.Table t =
                Report.table("1/beta", "q", "particles/true", "read-out/true", "self", "stable");
        for (double temperature : temperatures(setup)) {
            for (double q : times(setup)) {
                Values rest = results.get(cellOf(temperature, q));
                double ratio = rest.number("readout");
                double particles = rest.number("particles");
                t.row(
                        temperature,
                        q,
                        particles,
                        ratio,
                        rest.number("self"),
                        ratio > 0.8 && ratio < 1.25 && particles > COLLAPSED ? "yes" : "no");
            }
        }
        report.add("sweep", "Temperature and time", t);
        Chart chart = new Chart("Read-out over the true sd", "q", true, "ratio", false);
        double[] all = t.column("1/beta");
        double[] q = t.column("q");
        double[] ratio = t.column("read-out/true");
        for (double temperature : temperatures(setup)) {
            chart.line(
                    "1/beta = " + temperature,
                    where(q, all, temperature),
                    where(ratio, all, temperature));
        }
        report.add(chart);
    }

    private static double[] where(double[] values, double[] keys, double key) {
        return IntStream.range(0, keys.length)
                .filter(i -> keys[i] == key)
                .mapToDouble(i -> values[i])
                .toArray();
    }
}
