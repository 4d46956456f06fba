package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.flow.Attention.Policy;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.junit.jupiter.api.Test;

/**
 * Generation from samples by the energy distance, eight Gaussians on a circle: OT-Flow, slots and
 * attention to particles; the table of docs/research/sparse-transformer.md. One thread. The system
 * properties {@code flow.methods}, {@code flow.iterations} and {@code flow.seeds} choose what is
 * run; the table goes to target/generation.md.
 */
class GenerationStudy {
    private static final int BATCH = 256;
    private static final int TEST = 4000;
    private static final double LAMBDA = 0.5;
    private static final double BETA = 5;
    private static final double TIME = 0.05;
    private static final double COST = 0.001;
    private static final double RATE = 0.01;
    private static final double LARGEST_GRADIENT = 5;

    private static Ensemble data(int n, RandomStream random) {
        Ensemble x = Ensemble.zeros(n, 2);
        for (int i = 0; i < n; i++) {
            RandomStream r = random.split(i);
            double angle = r.below(8) * Math.PI / 4;
            x.data()[2 * i] = 1.6 * Math.cos(angle) + 0.1 * r.gaussian();
            x.data()[2 * i + 1] = 1.6 * Math.sin(angle) + 0.1 * r.gaussian();
        }
        return x;
    }

    private static Attention attention(String method, RandomStream random) {
        if (!method.startsWith("particles")) {
            return null;
        }
        double[] keys = new double[2 * BATCH];
        Arrays.setAll(keys, i -> random.gaussian());
        Policy policy = method.endsWith("fixed") ? Policy.FIXED : Policy.STOP_GRADIENT;
        return new Attention(false, true, policy, new double[] {TIME, TIME}, keys);
    }

    /** Energy distance of fresh draws to fresh data. */
    private static double run(String method, int iterations, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        boolean slots = method.equals("slots");
        Shape shape = new Shape(2, 8, 32, 3, slots ? Last.SLOTS : Last.NONE, slots ? 32 : 0);
        double[] weights = {LAMBDA, LAMBDA};
        Frame frame =
                new Frame(new double[2], new double[] {1, 0, 0, 1}, weights, new double[0], BETA);
        Attention attention = attention(method, random.split(3));
        double[] p = shape.initial(random.split(0));
        double[] first = new double[p.length];
        double[] second = new double[p.length];
        Workers one = new Threads(1);
        for (int k = 0; k < iterations; k++) {
            TrainedFlow.Pass pass = new TrainedFlow(shape, frame, attention, p).new Pass(BATCH);
            pass.forward(random.split(1).split(k), one, TrainedFlow.Keep.PATH);
            double[] bar = new double[2 * BATCH];
            EnergyDistance.of(pass.end(), data(BATCH, random.split(2).split(k)), bar, one);
            double[] g = pass.backward(bar, new double[BATCH], COST / BATCH, 0, one);
            double share = (double) k / iterations;
            double rate = share < 0.6 ? RATE : share < 0.85 ? 0.3 * RATE : 0.09 * RATE;
            Adam.update(p, g, first, second, k, rate, LARGEST_GRADIENT);
        }
        Ensemble x =
                new TrainedFlow(shape, frame, attention, p)
                        .draw(TEST, random.split(4), one)
                        .points();
        return EnergyDistance.of(x, data(TEST, random.split(5)), null, one);
    }

    @Test
    void eightGaussians() throws IOException {
        int seeds = Integer.getInteger("flow.seeds", 3);
        int iterations = Integer.getInteger("flow.iterations", 300);
        String methods =
                System.getProperty(
                        "flow.methods", "ot-flow,slots,particles-stop-gradient,particles-fixed");
        List<String> lines = new ArrayList<>();
        lines.add("| method | energy distance of each seed | s a seed |");
        lines.add("|---|---|---|");
        for (String method : methods.split(",")) {
            StringBuilder each = new StringBuilder();
            long begun = System.nanoTime();
            for (int seed = 0; seed < seeds; seed++) {
                double found = run(method, iterations, seed);
                assertTrue(found < 0.2, method + ": " + found);
                each.append(String.format(Locale.ROOT, "%.4f ", found));
            }
            double seconds = (System.nanoTime() - begun) * 1e-9 / seeds;
            lines.add(String.format(Locale.ROOT, "| %s | %s| %.0f |", method, each, seconds));
            Files.write(Path.of("target", "generation.md"), lines);
        }
    }
}
