package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.LeastSquares;
import org.headwater.api.Noise;
import org.headwater.api.ParameterBlock;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * f(θ) = Φ(F(θ)) + ½Σ((θ_j − c_j)/s_j)² over the nuisance parameters j: the noise model's misfit of
 * the forward model's prediction; plus ½θᵀΛθ over the field if its prior is Gaussian.
 *
 * <p>Particles go to the threads in batches of the model's preferred size that depend on nothing
 * but the number of particles. A batch that throws or gives NaN or infinity is tried again particle
 * by particle; what fails alone is flagged. Errors of the machine (no memory, no stack) are not
 * failures of a particle and end the run.
 *
 * <p>If f is quadratic and d &lt; m, {@link #evaluate} uses f(θ) = f(c) + gᵀδ + ½δᵀHδ, δ = θ − c,
 * with c next to the minimiser, so that nothing cancels: O(Nd²) instead of O(Nmd).
 */
final class ModelTarget implements Target {
    private static final Logger LOG = LoggerFactory.getLogger(ModelTarget.class);

    private final ForwardModel model;
    private final Noise noise;

    /** Or null where f is not asked for as a sum of squares. */
    private final double[] measured;

    private final QuadraticPotential gaussian;
    private final Workers workers;
    private final Failures failures;
    private final int d;
    private final int m;
    private final double[] centre;
    private final double[] precision;
    private final Queue<Bench> benches = new ConcurrentLinkedQueue<>();
    private final LongAdder evaluations = new LongAdder();
    private final LongAdder jacobians = new LongAdder();
    private final LongAdder predictions = new LongAdder();
    private Quadratic quadratic;

    ModelTarget(ForwardModel model, Noise noise, Workers workers, Consumer<String> notices) {
        this(model, noise, null, null, workers, notices);
    }

    /** With the measured data, and with a Gaussian prior on the field, or null. */
    ModelTarget(
            ForwardModel model,
            Noise noise,
            double[] measured,
            QuadraticPotential gaussian,
            Workers workers,
            Consumer<String> notices) {
        this.model = model;
        this.noise = noise;
        this.measured = measured;
        this.gaussian = gaussian;
        this.workers = workers;
        this.failures = new Failures(notices);
        this.d = model.dimension();
        this.m = model.dataSize();
        this.centre = new double[d];
        this.precision = new double[d];
        int j = 0;
        for (ParameterBlock block : model.blocks()) {
            for (int i = 0; i < block.size(); i++, j++) {
                centre[j] = block.initial()[i];
                precision[j] = block.isField() ? 0 : 1 / (block.sd()[i] * block.sd()[i]);
            }
        }
    }

    @Override
    public int dimension() {
        return d;
    }

    @Override
    public boolean isQuadratic() {
        return model.isLinear() && noise.isQuadratic();
    }

    /**
     * What was asked of it so far.
     *
     * @param evaluations points at which f and ∇f were asked for: a forward and an adjoint solve
     * @param jacobians points at which the Gauss–Newton Hessian was
     * @param predictions points at which the prediction alone was
     */
    record Count(long evaluations, long jacobians, long predictions) {}

    /** What was asked of it so far. */
    Count count() {
        return new Count(evaluations.sum(), jacobians.sum(), predictions.sum());
    }

    /** What the forward model has failed at so far. */
    Failures failures() {
        return failures;
    }

    @Override
    public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
        int n = theta.size();
        evaluations.add(n);
        String[] reasons = new String[n];
        Quadratic q = quadratic();
        if (q != null) {
            workers.forRanges(
                    n,
                    Quadratic.GRAIN,
                    (from, to) -> {
                        q.evaluate(theta, from, to, value, gradient);
                        checkValues(theta, from, to, value, gradient, reasons);
                    });
        } else {
            double[] predicted = new double[Math.multiplyExact(n, m)];
            workers.forRanges(
                    n,
                    Math.max(1, model.preferredBatch()),
                    (from, to) -> {
                        Bench bench = take();
                        direct(bench, theta, from, to, predicted, value, gradient, reasons);
                        benches.add(bench);
                    });
        }
        for (int i = 0; i < n; i++) {
            failed[i] = reasons[i] != null;
            if (failed[i]) {
                value[i] = Double.NaN;
            }
        }
        return failures.add(reasons);
    }

    private void direct(
            Bench bench,
            Ensemble theta,
            int from,
            int to,
            double[] predicted,
            double[] value,
            Ensemble gradient,
            String[] reasons) {
        String thrown = null;
        try {
            bench.evaluator.gradient(
                    theta,
                    from,
                    to,
                    (particle, p, offset, out) -> noise.gradient(p, offset, out),
                    predicted,
                    gradient.data());
        } catch (RuntimeException | LinkageError e) {
            thrown = describe(e);
            bench.renew();
        }
        for (int i = from; i < to; i++) {
            if (thrown == null && finish(theta, i, predicted, value, gradient, reasons)) {
                continue;
            }
            if (to - from > 1) {
                direct(bench, theta, i, i + 1, predicted, value, gradient, reasons);
            } else if (thrown != null) {
                reasons[i] = thrown;
            }
        }
    }

    /** Adds the nuisance and prior terms to a particle's value and gradient; false if it failed. */
    private boolean finish(
            Ensemble theta,
            int i,
            double[] predicted,
            double[] value,
            Ensemble gradient,
            String[] reasons) {
        reasons[i] = finite(predicted, i * m, m) ? null : "its prediction is not finite";
        if (reasons[i] != null) {
            return false;
        }
        double f = noise.misfit(predicted, i * m);
        double[] x = theta.data();
        double[] g = gradient.data();
        for (int j = 0, k = i * d; j < d; j++, k++) {
            double pull = precision[j] * (x[k] - centre[j]);
            f += 0.5 * pull * (x[k] - centre[j]);
            g[k] += pull;
        }
        if (gaussian != null) {
            f += gaussian.addGradient(x, i * d, g, i * d);
        }
        value[i] = f;
        checkValues(theta, i, i + 1, value, gradient, reasons);
        return reasons[i] == null;
    }

    private void checkValues(
            Ensemble theta, int from, int to, double[] value, Ensemble gradient, String[] reasons) {
        for (int i = from; i < to; i++) {
            if (!Double.isFinite(value[i])) {
                reasons[i] = "its misfit is not finite";
            } else if (!finite(gradient.data(), i * d, d)) {
                reasons[i] = "its gradient is not finite";
            }
        }
    }

    @Override
    public int gaussNewton(Ensemble points, double[] hessian) {
        int n = points.size();
        jacobians.add(n);
        Arrays.fill(hessian, 0);
        String[] reasons = new String[n];
        int wave = Math.min(n, workers.threads());
        double[][] jacobians = new double[wave][];
        double[] gram = new double[d * d];
        int used = 0;
        for (int start = 0; start < n; start += wave) {
            int first = start;
            int count = Math.min(wave, n - start);
            workers.forRanges(
                    count,
                    1,
                    (from, to) -> {
                        for (int k = from; k < to; k++) {
                            if (jacobians[k] == null) {
                                jacobians[k] = new double[Math.multiplyExact(m, d)];
                            }
                            reasons[first + k] =
                                    whitened(points.point(first + k), new double[m], jacobians[k]);
                        }
                    });
            for (int k = 0; k < count; k++) {
                if (reasons[first + k] == null) {
                    DenseProducts.gram(jacobians[k], m, d, gram, workers);
                    DenseProducts.addScaled(1, gram, 0, hessian, 0, d * d);
                    used++;
                }
            }
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                hessian[i * d + j] = used == 0 ? Double.NaN : hessian[i * d + j] / used;
            }
            hessian[i * d + i] += precision[i];
        }
        if (gaussian != null) {
            gaussian.addHessian(hessian, d);
        }
        failures.add(reasons);
        return used;
    }

    /** The whitened Jacobian at a point; returns why it failed, or null. */
    private String whitened(double[] point, double[] predicted, double[] jacobian) {
        Bench bench = take();
        try {
            bench.evaluator.jacobian(point, predicted, jacobian);
            if (!finite(predicted, 0, m)) {
                return "its prediction is not finite";
            }
            noise.whiten(predicted, jacobian, d);
            return finite(jacobian, 0, jacobian.length) ? null : "its Jacobian is not finite";
        } catch (RuntimeException | LinkageError e) {
            bench.renew();
            return describe(e);
        } finally {
            benches.add(bench);
        }
    }

    /**
     * Predicted data, without gradients.
     *
     * @param theta N × d, not modified
     * @param predicted N × m, modified; rows of NaN where the model failed
     */
    void predict(Ensemble theta, double[] predicted) {
        predictions.add(theta.size());
        workers.forRanges(
                theta.size(),
                Math.max(1, model.preferredBatch()),
                (from, to) -> {
                    Bench bench = take();
                    predict(bench, theta, from, to, predicted);
                    benches.add(bench);
                });
    }

    private void predict(Bench bench, Ensemble theta, int from, int to, double[] predicted) {
        boolean thrown = false;
        try {
            bench.evaluator.predict(theta, from, to, predicted);
        } catch (RuntimeException | LinkageError e) {
            describe(e);
            bench.renew();
            thrown = true;
        }
        for (int i = from; i < to; i++) {
            if (!thrown && finite(predicted, i * m, m)) {
                continue;
            }
            if (to - from > 1) {
                predict(bench, theta, i, i + 1, predicted);
            } else {
                Arrays.fill(predicted, i * m, (i + 1) * m, Double.NaN);
            }
        }
    }

    @Override
    public Optional<LeastSquares> leastSquares() {
        if (measured == null || !noise.isQuadratic()) {
            return Optional.empty();
        }
        double[] factor = null;
        if (gaussian != null) {
            int field = gaussian.dimension();
            factor = new double[field * field];
            gaussian.addHessian(factor, field);
            if (!DenseCholesky.factor(factor, field)) {
                return Optional.empty();
            }
        }
        return Optional.of(new Residuals(factor));
    }

    /**
     * W^{1/2}(F(θ) − y), (θ_j − c_j)/s_j of the nuisance parameters, Lᵀθ of the field where its
     * prior is Gaussian of precision LLᵀ.
     */
    private final class Residuals implements LeastSquares {
        private final double[] factor;
        private final int field;
        private final int[] nuisance;
        private final int rows;

        Residuals(double[] factor) {
            this.factor = factor;
            this.field = factor == null ? 0 : gaussian.dimension();
            this.nuisance = IntStream.range(0, d).filter(j -> precision[j] > 0).toArray();
            this.rows = m + nuisance.length + field;
        }

        @Override
        public int size() {
            return rows;
        }

        @Override
        public int evaluate(Ensemble theta, double[] residuals, boolean[] failed) {
            int n = theta.size();
            double[] predicted = new double[Math.multiplyExact(n, m)];
            predict(theta, predicted);
            predictions.add(-n);
            evaluations.add(n);
            String[] reasons = new String[n];
            for (int i = 0; i < n; i++) {
                failed[i] = Double.isNaN(predicted[i * m]);
                if (failed[i]) {
                    reasons[i] = "its prediction is not finite";
                    continue;
                }
                double[] p = Arrays.copyOfRange(predicted, i * m, (i + 1) * m);
                fill(theta.data(), i * d, p, residuals, i * rows);
            }
            return failures.add(reasons);
        }

        private void fill(double[] x, int offset, double[] p, double[] out, int at) {
            double[] r = new double[m];
            Arrays.setAll(r, k -> p[k] - measured[k]);
            noise.whiten(p, r, 1);
            System.arraycopy(r, 0, out, at, m);
            int row = at + m;
            for (int j : nuisance) {
                out[row++] = Math.sqrt(precision[j]) * (x[offset + j] - centre[j]);
            }
            for (int i = 0; i < field; i++) {
                out[row] = 0;
                for (int j = i; j < field; j++) {
                    out[row] += factor[j * field + i] * x[offset + j];
                }
                row++;
            }
        }

        @Override
        public boolean jacobian(double[] theta, double[] residuals, double[] jacobian) {
            jacobians.increment();
            double[] data = new double[Math.multiplyExact(m, d)];
            double[] predicted = new double[m];
            String reason = whitened(theta, predicted, data);
            failures.add(new String[] {reason});
            if (reason != null) {
                return false;
            }
            fill(theta, 0, predicted, residuals, 0);
            Arrays.fill(jacobian, 0);
            System.arraycopy(data, 0, jacobian, 0, m * d);
            int row = m;
            for (int j : nuisance) {
                jacobian[row++ * d + j] = Math.sqrt(precision[j]);
            }
            for (int i = 0; i < field; i++, row++) {
                for (int j = i; j < field; j++) {
                    jacobian[row * d + j] = factor[j * field + i];
                }
            }
            return true;
        }
    }

    private static boolean finite(double[] x, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (!Double.isFinite(x[i])) {
                return false;
            }
        }
        return true;
    }

    private static String describe(Throwable e) {
        LOG.debug("the forward model failed", e);
        String message = e.getMessage();
        String name = e.getClass().getSimpleName();
        return message == null || message.isBlank() ? name : name + ": " + message;
    }

    private synchronized Quadratic quadratic() {
        if (quadratic == null && isQuadratic() && d < m) {
            quadratic = Quadratic.of(this);
        }
        return quadratic;
    }

    private Bench take() {
        Bench bench = benches.poll();
        return bench == null ? new Bench() : bench;
    }

    /** An evaluator that one thread uses at a time. */
    private final class Bench {
        private ForwardModel.Evaluator evaluator = model.evaluator();

        /** Replaces an evaluator that may have been left in the middle of something. */
        void renew() {
            evaluator = model.evaluator();
        }
    }

    /** f as a quadratic around a point c near its minimiser. */
    private static final class Quadratic {
        /** Particles that share a pass over H. */
        static final int GRAIN = 16;

        private final int d;
        private final double[] c;
        private final double[] h;
        private final double value;
        private final double[] gradient;

        private Quadratic(double[] c, double[] h, double value, double[] gradient) {
            this.d = c.length;
            this.c = c;
            this.h = h;
            this.value = value;
            this.gradient = gradient;
        }

        /** The quadratic of a target, or null when the model fails at the points it needs. */
        static Quadratic of(ModelTarget t) {
            int d = t.d;
            double[] h = new double[d * d];
            double[] c = new double[d];
            double[] value = new double[1];
            Ensemble gradient = Ensemble.zeros(1, d);
            if (t.gaussNewton(Ensemble.zeros(1, d), h) == 0 || !t.at(c, value, gradient)) {
                return null;
            }
            minimiser(h, gradient.data(), c);
            if (!t.at(c, value, gradient)) {
                return null;
            }
            return new Quadratic(c, h, value[0], gradient.data());
        }

        /** c = −(H + εI)⁻¹g, near the minimiser; 0 when H is too close to singular. */
        private static void minimiser(double[] h, double[] g, double[] c) {
            int d = c.length;
            double shift = 0;
            for (int j = 0; j < d; j++) {
                shift = Math.max(shift, 1e-10 * h[j * d + j]);
            }
            double[] l = h.clone();
            for (int j = 0; j < d; j++) {
                l[j * d + j] += shift;
            }
            if (DenseCholesky.factor(l, d)) {
                DenseProducts.addScaled(-1, g, 0, c, 0, d);
                DenseCholesky.solve(l, d, c, 1);
            }
        }

        void evaluate(Ensemble theta, int from, int to, double[] out, Ensemble slopes) {
            int n = to - from;
            double[] x = theta.data();
            double[] delta = new double[n * d];
            double[] product = new double[n * d];
            for (int k = 0; k < n * d; k++) {
                delta[k] = x[from * d + k] - c[k % d];
            }
            DenseProducts.multiply(delta, 0, h, n, d, d, product, 0);
            double[] g = slopes.data();
            for (int i = 0; i < n; i++) {
                double f = 0;
                for (int j = 0, k = i * d; j < d; j++, k++) {
                    f += delta[k] * (gradient[j] + 0.5 * product[k]);
                    g[from * d + k] = gradient[j] + product[k];
                }
                out[from + i] = value + f;
            }
        }
    }

    /** f and ∇f at one point by the model itself; false if it fails there. */
    private boolean at(double[] point, double[] value, Ensemble gradient) {
        String[] reasons = new String[1];
        Bench bench = take();
        direct(bench, Ensemble.of(1, d, point), 0, 1, new double[m], value, gradient, reasons);
        benches.add(bench);
        failures.add(reasons);
        return reasons[0] == null;
    }
}
