package org.headwater.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.ParameterBlock;
import org.headwater.api.RandomStream;
import org.headwater.api.Settings;

/**
 * The checks of a {@link ForwardModel} F around its initial parameters: field parameters move by
 * about 0.1, nuisance parameters by a tenth of their standard deviation.
 */
public final class ForwardModelChecks {
    private static final int POINTS = 6;
    private static final double SPREAD = 0.1;

    private final Supplier<ForwardModel> factory;
    private final ForwardModel model;
    private final int d;
    private final int m;

    private ForwardModelChecks(Supplier<ForwardModel> factory) {
        this.factory = factory;
        this.model = factory.get();
        this.d = model.dimension();
        this.m = model.dataSize();
    }

    /**
     * The checks of a provider and of the model that it creates.
     *
     * @param model the {@code forward-model} section of a problem file, without {@code type}
     * @param data the {@code data} section
     * @param directory where relative file names start
     * @throws org.headwater.api.InvalidInputException if the settings are wrong
     */
    public static List<Check> of(
            ForwardModelProvider provider,
            Map<String, ?> model,
            Map<String, ?> data,
            Path directory) {
        Settings dataSection = provider.dataSettings().validate(data, "data", directory);
        ProviderChecks.Factory create =
                raw ->
                        provider.create(
                                provider.info()
                                        .settings()
                                        .validate(raw, "forward-model", directory),
                                dataSection);
        ForwardModelChecks of = new ForwardModelChecks(() -> (ForwardModel) create.create(model));
        List<Check> checks = ProviderChecks.of(provider, model, 0, create);
        Settings modelSection =
                provider.info().settings().validate(model, "forward-model", directory);
        checks.add(
                Check.of(
                        "observe",
                        () -> of.observed(provider.observe(modelSection, dataSection, of.model))));
        checks.addAll(of.all());
        return checks;
    }

    /** The checks of a model that exists. */
    public static List<Check> of(ForwardModel model) {
        return new ForwardModelChecks(() -> model).all();
    }

    private List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of("blocks", this::blocks));
        checks.add(Check.of("one-prediction", this::predictionsAgree));
        checks.add(Check.of("gradient-slope", this::gradientSlope));
        checks.add(Check.of("jacobian-slope", this::jacobianSlope));
        checks.add(Check.of("adjoint", this::adjoint));
        if (model.isLinear()) {
            checks.add(Check.of("linear", this::linear));
        }
        checks.add(Check.of("batches", this::batches));
        checks.add(Check.of("inputs-untouched", this::inputsStay));
        checks.add(Check.of("nan", this::nanStaysVisible));
        checks.add(Check.of("absurd-parameters", this::failuresAreFlagged));
        checks.add(Check.of("determinism", this::sameAgain));
        checks.add(Check.of("thread-safety", () -> Threads.sameFromAll(this::call)));
        return checks;
    }

    private String observed(double[] values) {
        Limits.require(
                values.length == m && Limits.finite(values),
                "observe gave " + values.length + " numbers, not " + m + " finite ones",
                "give one finite datum per prediction, or throw an InvalidInputException");
        return m + " finite data, one per prediction";
    }

    private String blocks() {
        List<ParameterBlock> blocks = model.blocks();
        Limits.require(
                !blocks.isEmpty() && blocks.get(0).isField(),
                "the first block is not the field",
                "the field is the first block and has no sd");
        Limits.require(
                blocks.stream().filter(ParameterBlock::isField).count() == 1,
                "there is more than one field",
                "give every other block a standard deviation");
        Limits.require(m > 0, "there are " + m + " data", "a model predicts at least one");
        HashSet<String> names = new HashSet<>();
        for (ParameterBlock b : blocks) {
            Limits.require(
                    Limits.finite(b.initial()),
                    "the initial values of block " + b.name() + " are not finite",
                    "solvers start there");
            for (int j = 0; !b.isField() && j < b.size(); j++) {
                Limits.require(
                        b.sd()[j] > 0 && Double.isFinite(b.sd()[j]),
                        "the sd of " + b.parameters().get(j) + " is " + b.sd()[j],
                        "it must be finite and > 0");
            }
            for (String name : b.parameters()) {
                Limits.require(
                        names.add(name),
                        "two parameters are called " + name,
                        "names must differ: they head the rows of summary.csv");
            }
        }
        int layout = model.dataLayout().group().length;
        Limits.require(
                layout == 0 || layout == m,
                "the data layout names the groups of " + layout + " data of " + m,
                "name the group of every datum, or none");
        double[] predicted = new double[m];
        model.evaluator().predict(Ensemble.of(1, d, initial()), 0, 1, predicted);
        Limits.require(
                Limits.finite(predicted),
                "the prediction at the initial parameters is not finite",
                "solvers start there");
        return d + " parameters in " + blocks.size() + " blocks, " + m + " data";
    }

    /** predict, gradient and jacobian predict alike. */
    private String predictionsAgree() {
        Ensemble theta = points(40);
        double[] a = predict(theta);
        double[] b = new double[POINTS * m];
        double[] g = new double[POINTS * d];
        double[] row = new double[m];
        double worst = 0;
        double scale = Math.max(Limits.largest(a), Double.MIN_NORMAL);
        model.evaluator()
                .gradient(theta, 0, POINTS, (i, p, offset, out) -> Arrays.fill(out, 1), b, g);
        for (int i = 0; i < POINTS; i++) {
            model.evaluator().jacobian(theta.point(i), row, new double[m * d]);
            for (int k = 0; k < m; k++) {
                worst = worse(worst, Math.abs(a[i * m + k] - b[i * m + k]) / scale);
                worst = worse(worst, Math.abs(a[i * m + k] - row[k]) / scale);
            }
        }
        return Limits.atMost(
                "relative difference of the predictions of predict, gradient and jacobian",
                worst,
                1e-9,
                "all three must compute the same F");
    }

    private static double worse(double worst, double error) {
        return Double.isNaN(error) || Double.isNaN(worst) ? Double.NaN : Math.max(worst, error);
    }

    /** ∇f of f = ½|F − F(initial) + 1|² against differences of f. */
    private String gradientSlope() {
        double[] data = predict(Ensemble.of(1, d, initial()));
        double shift = 0.1 * Math.max(Limits.largest(data), 1e-3);
        RandomStream random = Points.random(41);
        String found = "";
        for (int k = 0; k < 3; k++) {
            double[] theta = near(random);
            double[] v = direction(random);
            double[] predicted = new double[m];
            double[] g = new double[d];
            model.evaluator()
                    .gradient(
                            Ensemble.of(1, d, theta),
                            0,
                            1,
                            (i, p, offset, out) -> {
                                for (int q = 0; q < m; q++) {
                                    out[q] = p[offset + q] - data[q] + shift;
                                }
                            },
                            predicted,
                            g);
            found =
                    Differences.compare(
                            "the gradient",
                            h -> {
                                double sum = 0;
                                double[] p = predict(Ensemble.of(1, d, moved(theta, h, v)));
                                for (int q = 0; q < m; q++) {
                                    double r = p[q] - data[q] + shift;
                                    sum += 0.5 * r * r;
                                }
                                return new double[] {sum};
                            },
                            new double[] {Limits.dot(g, v)},
                            scale(g, v),
                            SPREAD,
                            "the gradient must be Jᵀg of the cotangent g that it is given; check"
                                    + " sign and transformations of the parameters");
        }
        return found;
    }

    private static double scale(double[] g, double[] v) {
        return Math.max(
                Math.abs(Limits.dot(g, v)), Limits.norm(g) * Limits.norm(v) / Math.sqrt(v.length));
    }

    /** Jv against differences of F. */
    private String jacobianSlope() {
        RandomStream random = Points.random(42);
        String found = "";
        for (int k = 0; k < 3; k++) {
            double[] theta = near(random);
            double[] v = direction(random);
            double[] jacobian = new double[m * d];
            model.evaluator().jacobian(theta, new double[m], jacobian);
            double[] jv = times(jacobian, v);
            found =
                    Differences.compare(
                            "the Jacobian",
                            h -> predict(Ensemble.of(1, d, moved(theta, h, v))),
                            jv,
                            Limits.norm(jv),
                            SPREAD,
                            "the Jacobian is m × d row-major, ∂F_i/∂θ_j at i·d + j");
        }
        return found;
    }

    /** ⟨w, Jv⟩ = ⟨Jᵀw, v⟩ with J of jacobian and Jᵀw of gradient. */
    private String adjoint() {
        RandomStream random = Points.random(43);
        double worst = 0;
        for (int k = 0; k < 5; k++) {
            double[] theta = near(random);
            double[] w = Points.normal(random, m);
            double[] v = direction(random);
            double[] jacobian = new double[m * d];
            double[] jtw = new double[d];
            double[] predicted = new double[m];
            model.evaluator().jacobian(theta, predicted, jacobian);
            model.evaluator()
                    .gradient(
                            Ensemble.of(1, d, theta),
                            0,
                            1,
                            (i, p, offset, out) -> System.arraycopy(w, 0, out, 0, m),
                            predicted,
                            jtw);
            double[] jv = times(jacobian, v);
            double scale = Limits.norm(w) * Limits.norm(jv) + Limits.norm(jtw) * Limits.norm(v);
            double gap = Math.abs(Limits.dot(w, jv) - Limits.dot(jtw, v));
            worst = worse(worst, gap == 0 ? 0 : gap / scale);
        }
        return Limits.atMost(
                "relative difference of ⟨w, Jv⟩ and ⟨Jᵀw, v⟩",
                worst,
                1e-8,
                "gradient must be the adjoint of jacobian");
    }

    private double[] times(double[] jacobian, double[] v) {
        double[] jv = new double[m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < d; j++) {
                jv[i] += jacobian[i * d + j] * v[j];
            }
        }
        return jv;
    }

    /** F(θ) = F(0) + Jθ with one J. */
    private String linear() {
        RandomStream random = Points.random(44);
        double[] zero = predict(Ensemble.zeros(1, d));
        double[] first = null;
        double worst = 0;
        for (int k = 0; k < 3; k++) {
            double[] theta = near(random);
            double[] predicted = new double[m];
            double[] jacobian = new double[m * d];
            model.evaluator().jacobian(theta, predicted, jacobian);
            double[] expected = times(jacobian, theta);
            double size = Math.max(Limits.norm(predicted) + Limits.norm(zero), 1e-300);
            for (int i = 0; i < m; i++) {
                worst = worse(worst, Math.abs(zero[i] + expected[i] - predicted[i]) / size);
            }
            first = first == null ? jacobian : first;
            Limits.sameBytes(
                    "the Jacobian at another point",
                    first,
                    jacobian,
                    "a linear model has one Jacobian; let isLinear() return false");
        }
        return Limits.atMost(
                "relative difference of F(θ) and F(0) + Jθ",
                worst,
                1e-10,
                "let isLinear() return false");
    }

    /** Rows in another order, one by one and in ranges give the same bytes; other rows stay. */
    private String batches() {
        String remedy = "a particle's result must not depend on its place or its neighbours";
        Ensemble theta = points(45);
        double[][] all = evaluate(theta, 0, POINTS);
        Ensemble back = Ensemble.of(POINTS, d, Points.reversed(theta.data(), d));
        double[][] reversed = evaluate(back, 0, POINTS);
        Limits.sameBytes(
                "predicting in reverse order", Points.reversed(all[0], m), reversed[0], remedy);
        Limits.sameBytes(
                "gradients in reverse order", Points.reversed(all[1], d), reversed[1], remedy);
        double[][] part = evaluate(theta, 1, 3);
        for (int i = 0; i < POINTS; i++) {
            boolean in = i == 1 || i == 2;
            for (int c = 0; c < 2; c++) {
                int columns = c == 0 ? m : d;
                double[] expected = new double[columns];
                if (in) {
                    System.arraycopy(all[c], i * columns, expected, 0, columns);
                }
                Limits.sameBytes(
                        in ? "a part of the batch" : "a row outside the range",
                        expected,
                        Arrays.copyOfRange(part[c], i * columns, (i + 1) * columns),
                        remedy + "; write the rows from ≤ i < to only");
            }
        }
        return "the same bytes in another order and in parts of the batch";
    }

    /** Predictions and gradients of f = Σ F. */
    private double[][] evaluate(Ensemble theta, int from, int to) {
        double[] p = new double[theta.size() * m];
        double[] g = new double[theta.size() * d];
        model.evaluator()
                .gradient(theta, from, to, (i, q, offset, out) -> Arrays.fill(out, 1), p, g);
        return new double[][] {p, g};
    }

    private String inputsStay() {
        Ensemble theta = points(46);
        double[] before = theta.data().clone();
        double[] one = theta.point(0);
        predict(theta);
        evaluate(theta, 0, POINTS);
        model.evaluator().jacobian(one, new double[m], new double[m * d]);
        Limits.sameBytes(
                "reading the particles afterwards",
                before,
                theta.data(),
                "do not modify the parameters");
        Limits.sameBytes(
                "reading the point afterwards",
                Arrays.copyOf(before, d),
                one,
                "do not modify the parameters");
        return "the parameters are left as they are";
    }

    /** A particle with NaN is flagged, and the others are as without it. */
    private String nanStaysVisible() {
        Ensemble theta = points(47);
        double[] clean = predict(theta);
        Arrays.fill(theta.data(), d, 2 * d, Double.NaN);
        double[] p;
        try {
            p = predict(theta);
        } catch (RuntimeException e) {
            return "NaN is refused: " + Limits.describe(e);
        }
        boolean flagged = false;
        for (int k = m; k < 2 * m; k++) {
            flagged |= !Double.isFinite(p[k]);
        }
        Limits.require(
                flagged,
                "parameters that are NaN give a finite prediction",
                "let NaN through: it marks the particle as failed");
        Arrays.fill(clean, m, 2 * m, 0);
        Arrays.fill(p, m, 2 * m, 0);
        Limits.sameBytes(
                "predicting beside a particle with NaN",
                clean,
                p,
                "a failure must stay with its particle");
        return "NaN in a particle gives NaN in its prediction and nowhere else";
    }

    /** Parameters of 1e3 to 1e300: a number, NaN or infinity, but no exception. */
    private String failuresAreFlagged() {
        RandomStream random = Points.random(48);
        int flagged = 0;
        for (double size : new double[] {1e3, 1e8, 1e300}) {
            Ensemble theta = Points.normal(random, 2, d, size);
            double[] p = new double[2 * m];
            try {
                model.evaluator().predict(theta, 0, 2, p);
            } catch (RuntimeException e) {
                throw new Violation(
                        "parameters of size "
                                + Limits.number(size)
                                + " were answered by "
                                + Limits.describe(e)
                                + "; fill the particle's prediction with NaN, an exception costs"
                                + " its whole batch a second evaluation");
            }
            flagged += Limits.finite(p) ? 0 : 1;
        }
        return flagged + " of 3 absurd batches gave NaN or infinity, none an exception";
    }

    private String sameAgain() {
        Ensemble theta = points(49);
        ForwardModel.Evaluator used = model.evaluator();
        double[] first = new double[POINTS * m];
        double[] again = new double[POINTS * m];
        used.predict(theta, 0, POINTS, first);
        used.jacobian(theta.point(1), new double[m], new double[m * d]);
        used.predict(theta, 0, POINTS, again);
        Limits.sameBytes(
                "the same evaluator again",
                first,
                again,
                "an evaluator's workspace must not carry results over");
        ForwardModel other = factory.get();
        other.evaluator().predict(theta, 0, POINTS, again);
        Limits.sameBytes(
                "a second model of the same settings",
                first,
                again,
                "a model must depend on its settings only");
        return "the same bytes from a second call and a second instance";
    }

    private double[] call(int k) {
        double[][] both = evaluate(points(300 + k), 0, POINTS);
        double[] all = Arrays.copyOf(both[0], both[0].length + both[1].length);
        System.arraycopy(both[1], 0, all, both[0].length, both[1].length);
        return all;
    }

    private double[] predict(Ensemble theta) {
        double[] p = new double[theta.size() * m];
        model.evaluator().predict(theta, 0, theta.size(), p);
        return p;
    }

    private double[] initial() {
        double[] x = new double[d];
        int at = 0;
        for (ParameterBlock b : model.blocks()) {
            System.arraycopy(b.initial(), 0, x, at, b.size());
            at += b.size();
        }
        return x;
    }

    private Ensemble points(long key) {
        RandomStream random = Points.random(key);
        Ensemble theta = Ensemble.zeros(POINTS, d);
        for (int i = 0; i < POINTS; i++) {
            System.arraycopy(near(random), 0, theta.data(), i * d, d);
        }
        return theta;
    }

    private double[] near(RandomStream random) {
        return moved(initial(), SPREAD, direction(random));
    }

    /** A step of about 1 in the field, and one standard deviation in a nuisance parameter. */
    private double[] direction(RandomStream random) {
        double[] v = new double[d];
        int at = 0;
        for (ParameterBlock b : model.blocks()) {
            for (int j = 0; j < b.size(); j++) {
                v[at++] = random.gaussian() * (b.isField() ? 1 : b.sd()[j]);
            }
        }
        return v;
    }

    private static double[] moved(double[] x, double h, double[] v) {
        double[] z = x.clone();
        for (int j = 0; j < z.length; j++) {
            z[j] += h * v[j];
        }
        return z;
    }
}
