package org.headwater.experiments.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Whether a drift −λ·sign(x) beside the Fokker–Planck flow towards ρ* speeds it up: it does while D
 * ≥ γ√I with γ &gt; 0. Three targets: one that the drift is aligned with, one moderately sparse,
 * one not sparse at all.
 */
public final class DirectionalConsistencyExperiment implements Experiment {
    private static final double RADIUS = 16;
    private static final double LAMBDA = 0.5;

    private static final String[] COLUMNS = {
        "t", "KL", "D", "I", "gamma", "bound", "rate", "theory", "KL without drift"
    };
    private static final Case[] CASES = {
        new Case("Laplace (aligned)", x -> 2 * Math.abs(x), x -> -Math.abs(x), 0),
        new Case("moderately sparse", x -> x * x / 2 + Math.abs(x), x -> -x * x / 8, 0),
        new Case("dense Gaussian", x -> x * x / 2, x -> -x * x / 8, 2)
    };

    /**
     * A target with a start.
     *
     * @param constant a of I ≥ a·KL for every ρ (a logarithmic Sobolev inequality); 0 where there
     *     is none, the least I/KL of the path is taken then
     */
    private record Case(
            String name,
            DoubleUnaryOperator potential,
            DoubleUnaryOperator logStart,
            double constant) {}

    @Override
    public String name() {
        return "directional-consistency";
    }

    @Override
    public String summary() {
        return "KL decay under an extra sign drift, with D, I, gamma and the bound of proposition 4";
    }

    @Override
    public int seeds() {
        return 0;
    }

    @Override
    public List<Cell> cells(Setup setup) {
        int cells = setup.small() ? 800 : 4000;
        double dt = setup.small() ? 5e-3 : 1e-3;
        return Arrays.stream(CASES)
                .map(
                        c ->
                                new Cell(
                                        c.name(),
                                        Map.of("case", c.name(), "cells", cells, "dt", dt),
                                        done -> follow(c, cells, dt)))
                .toList();
    }

    @Override
    public void report(Setup setup, Results results, Report report) {
        report.text(
                "Flow of the density on the line, beta = 1, sign drift lambda = 0.5."
                        + " gamma is the least D/sqrt(I) so far; the bound is sqrt(KL) <="
                        + " (sqrt(KL0) + c)exp(-at/2) - c with c = lambda·gamma/sqrt(a) and a of I >="
                        + " a·KL: 2 for the Gaussian, else the least I/KL of the path. It holds as"
                        + " long as gamma > 0. 'rate' is dKL/dt by differences, 'theory' is -I -"
                        + " lambda·D.");
        Report.Table thresholds = Report.table("target", "time of D < 0", "KL then", "KL without");
        for (Case c : CASES) {
            Values found = results.get(c.name());
            history(c.name(), found, report);
            thresholds.row(
                    c.name(),
                    found.number("crossed"),
                    found.number("then"),
                    found.number("without"));
        }
        report.add("thresholds", "Where the sign drift stops helping", thresholds);
    }

    private static Values follow(Case c, int cells, double dt) {
        DoubleUnaryOperator logTarget = x -> -c.potential().applyAsDouble(x);
        DoubleUnaryOperator pulled = x -> c.potential().applyAsDouble(x) + LAMBDA * Math.abs(x);
        FokkerPlanck with = new FokkerPlanck(RADIUS, cells, pulled, 1, c.logStart());
        FokkerPlanck without = new FokkerPlanck(RADIUS, cells, c.potential(), 1, c.logStart());
        List<double[]> rows = new ArrayList<>();
        int steps = (int) Math.round(1.5 / dt);
        int every = (int) Math.round(0.05 / dt);
        double gamma = Double.POSITIVE_INFINITY;
        double constant = c.constant() > 0 ? c.constant() : Double.POSITIVE_INFINITY;
        double first = Double.NaN;
        double crossed = Double.NaN;
        double[] there = {Double.NaN, Double.NaN};
        FokkerPlanck.Measures before = with.against(logTarget);
        for (int k = 0; k <= steps; k++) {
            FokkerPlanck.Measures now = with.against(logTarget);
            double time = k * dt;
            if (k == 0) {
                first = now.divergence();
            }
            with.step(dt);
            FokkerPlanck.Measures after = with.against(logTarget);
            gamma = Math.min(gamma, now.direction() / Math.sqrt(now.fisher()));
            if (c.constant() == 0) {
                constant = Math.min(constant, now.fisher() / now.divergence());
            }
            if (Double.isNaN(crossed) && now.direction() < 0) {
                crossed = time;
                there[0] = now.divergence();
                there[1] = without.against(logTarget).divergence();
            }
            if (k % every == 0) {
                double share = LAMBDA * gamma / Math.sqrt(constant);
                double root = (Math.sqrt(first) + share) * Math.exp(-constant * time / 2) - share;
                double rate =
                        k == 0
                                ? (after.divergence() - now.divergence()) / dt
                                : (after.divergence() - before.divergence()) / (2 * dt);
                rows.add(
                        new double[] {
                            time,
                            now.divergence(),
                            now.direction(),
                            now.fisher(),
                            gamma,
                            gamma > 0 && root > 0 ? root * root : Double.NaN,
                            rate,
                            -now.fisher() - LAMBDA * now.direction(),
                            without.against(logTarget).divergence()
                        });
            }
            before = now;
            without.step(dt);
        }
        Object[] columns = new Object[2 * COLUMNS.length];
        for (int k = 0; k < COLUMNS.length; k++) {
            int column = k;
            columns[2 * k] = COLUMNS[k];
            columns[2 * k + 1] = rows.stream().mapToDouble(r -> r[column]).toArray();
        }
        return Values.of(columns).with("crossed", crossed, "then", there[0], "without", there[1]);
    }

    private static void history(String name, Values found, Report report) {
        Report.Table t = Report.table(COLUMNS);
        double[][] columns = Arrays.stream(COLUMNS).map(found::numbers).toArray(double[][]::new);
        for (int i = 0; i < columns[0].length; i++) {
            int row = i;
            t.row(Arrays.stream(columns).map(c -> c[row]).toArray());
        }
        String key =
                name.replaceAll("[^a-zA-Z]+", "-").replaceAll("-$", "").toLowerCase(Locale.ROOT);
        report.add(key, name, t);
        double[] time = t.column("t");
        report.add(
                new Chart("KL: " + name, "t", false, "KL", true)
                        .line("with drift", time, t.column("KL"))
                        .line("without", time, t.column("KL without drift"))
                        .line("bound", time, t.column("bound")));
        report.add(
                new Chart("D, I, gamma: " + name, "t", false, "value", false)
                        .line("D", time, t.column("D"))
                        .line("I", time, t.column("I"))
                        .line("gamma", time, t.column("gamma")));
    }
}
