package org.headwater.solver.rwpo.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.rwpo.CovarianceCorrection;
import org.headwater.kernels.rwpo.LinearisedReadout;
import org.headwater.kernels.rwpo.MixtureQuantiles;
import org.headwater.kernels.rwpo.MixtureReadout;

/**
 * The noise-free flow of the RWPO particles,
 *
 * <pre>
 * v = −∇f(x) + (prox_{Tψ}(x) − x̄)/(2T) + corr(x)/β,    x ← x + η·v·P
 * </pre>
 *
 * x̄ the barycentres of the layer and corr the covariance correction ({@link CovarianceCorrection},
 * kernel {@code cc} only). Where ψ is not separable the layer has ψ = 0 and the drift the Moreau
 * term −(x − prox_{μψ}(x))/μ. Read-out: mean and correlation of the particles, standard deviations
 * √D_K of the mixture ({@link MixtureReadout}), which carries the target's spread. In coordinates
 * whose particles have left the domain of ψ_j, where they are only the kernels' centres, the
 * kernels' means take their place: in the model and the correction, which are asked there; the
 * read-out is the mixture ({@link MixtureQuantiles}). Cost of a step: N evaluations of the model,
 * O(N²d) at most for the layer, O(Nd² + d³) for the correction. Source of the layer: arXiv
 * 2510.16356; preconditioning: arXiv 2509.01685; the covariance correction is ours.
 */
final class RwpoStepper implements Stepper {
    private static final String RESIDUAL = "residual";
    private static final String SELF_WEIGHT = "mean-self-weight";
    private static final String SETTLED_MEAN = "settled-mean";
    private static final String SETTLED_SD = "settled-sd";

    /** Share of the steps after which η drops to its late value. */
    private static final double LATE = 0.6;

    /**
     * Part of the steps after which nothing should move any more: what the large steps have left is
     * gone by then.
     */
    private static final double SETTLED = 0.8;

    /** τ where the settings leave it open. */
    private static final double TIME_SCALE = 0.05;

    /**
     * τ where the posterior is Gaussian: the flow's rest does then not depend on τ, and the error
     * of few particles falls with it.
     */
    private static final double GAUSSIAN_TIME_SCALE = 0.2;

    /**
     * κ of the read-out for nonlinear models. Where the averaged Hessian is not all of the
     * curvature the flow, which follows the gradients, is right; but not in directions that are
     * narrower than the root of this share of the margins.
     */
    private static final double STIFFNESS = 0.01;

    private final Flow flow;
    private final int particles;
    private final int iterations;
    private final int d;
    private final Workers workers;
    private final double beta;
    private final SeparablePrior layerPrior;
    private final double timeScale;

    RwpoStepper(Flow flow, int particles, int iterations) {
        this.flow = flow;
        this.particles = particles;
        this.iterations = iterations;
        this.d = flow.d;
        this.workers = flow.resources.workers();
        this.beta = flow.problem.beta();
        Prior prior = flow.problem.prior();
        boolean gaussian = flow.problem.target().isQuadratic() && prior.quadratic().isPresent();
        this.timeScale =
                flow.options.timeScale() > 0
                        ? flow.options.timeScale()
                        : gaussian ? GAUSSIAN_TIME_SCALE : TIME_SCALE;
        this.layerPrior = prior instanceof SeparablePrior s ? s : SeparablePrior.flat(d);
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public int particles() {
        return particles;
    }

    @Override
    public Optional<KernelBackend.Layer> layer() {
        KernelBackend.Kind kind =
                flow.options.kernel() == RwpoOptions.Kernel.JOINT
                        ? KernelBackend.Kind.JOINT
                        : KernelBackend.Kind.TENSORISED;
        return Optional.of(new KernelBackend.Layer(kind, particles, d));
    }

    @Override
    public State start(RandomStream random) {
        return flow.start(particles, null, random);
    }

    @Override
    public State start(Ensemble points, RandomStream random) {
        return flow.start(particles, points, random);
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        State state = flow.refreshed(before);
        double[] variance = flow.variances(state);
        double[] time = times(variance);
        Ensemble drift = Ensemble.zeros(particles, d);
        state = flow.descent(state, means(state.ensemble(Flow.PARTICLES), time), drift);
        // those whose model has failed have been put back
        Ensemble x = state.ensemble(Flow.PARTICLES);
        Ensemble seen = means(x, time);

        Layer layer = layer(x, time);
        addLayer(x, layer, time, drift);
        if (layerPrior != flow.problem.prior()) {
            flow.addMoreau(x, flow.moreau(variance), drift);
        }
        CovarianceCorrection spread =
                CovarianceCorrection.of(seen, flow.resources.backend(), workers);
        double[] mixtureSd = Arrays.stream(layer.mixtureVariance).map(Math::sqrt).toArray();
        if (flow.options.kernel() == RwpoOptions.Kernel.CC) {
            Ensemble correction = Ensemble.zeros(particles, d);
            spread.apply(seen, mixtureSd, layer.mixtureVariance, correction, workers);
            DenseProducts.addScaled(
                    1 / beta, correction.data(), 0, drift.data(), 0, drift.data().length);
        }

        int iteration = state.iteration();
        int late = (int) (LATE * iterations);
        double eta = iteration < late ? flow.options.step() : flow.options.lateStep();
        Ensemble move = Ensemble.zeros(particles, d);
        double[] p = state.array(Flow.PRECONDITIONER);
        DenseProducts.multiply(drift.data(), p, particles, d, d, move.data(), workers);
        for (int i = 0; i < move.data().length; i++) {
            move.data()[i] *= eta;
        }
        Ensemble moved = flow.move(x, move, variance);
        double[] sd = spread.sd();
        double residual = flow.residual(move, sd);
        if (iteration == (int) (SETTLED * iterations)) {
            double[] settledMean = spread.mean().clone();
            double[] settledSd = sd.clone();
            constrain(x, time, mixtureSd, settledMean, settledSd);
            state = state.with(SETTLED_MEAN, settledMean).with(SETTLED_SD, settledSd);
        }
        state =
                state.with(Flow.PARTICLES, moved)
                        .with(State.ITERATION, iteration + 1)
                        .with(RESIDUAL, residual)
                        .with(SELF_WEIGHT, layer.selfWeight);
        return new StepResult(
                state,
                new StepInfo(
                        iteration + 1,
                        residual,
                        flow.spread(mixtureSd, variance),
                        Flow.failed(state),
                        Map.of(SELF_WEIGHT, layer.selfWeight)));
    }

    /** T_j = τ·P_jj; the joint kernel has one time for all coordinates, the smallest. */
    private double[] times(double[] variance) {
        double[] time = new double[d];
        double smallest = Arrays.stream(variance).min().orElse(1);
        for (int j = 0; j < d; j++) {
            boolean joint = flow.options.kernel() == RwpoOptions.Kernel.JOINT;
            time[j] = timeScale * (joint ? smallest : variance[j]);
        }
        return time;
    }

    /** Barycentres and mixture of the layer at the particles. */
    private record Layer(Ensemble barycentre, double[] mixtureVariance, double selfWeight) {}

    private Layer layer(Ensemble x, double[] time) {
        int n = x.size();
        Ensemble logNormaliser = Ensemble.zeros(n, d);
        double[] variance = new double[d];
        MixtureReadout.evaluate(
                layerPrior, x, time, beta, logNormaliser, new double[d], variance, workers);
        Ensemble barycentre = Ensemble.zeros(n, d);
        double[] self;
        if (flow.options.kernel() == RwpoOptions.Kernel.JOINT) {
            self = new double[n];
            double[] sum = new double[n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < d; j++) {
                    sum[i] += logNormaliser.get(i, j);
                }
            }
            flow.resources.backend().joint(x, beta / (4 * time[0]), sum, barycentre, self, workers);
        } else {
            self = new double[d];
            double[] kappa = Arrays.stream(time).map(t -> beta / (4 * t)).toArray();
            flow.resources.backend().tensorised(x, kappa, logNormaliser, barycentre, self, workers);
        }
        return new Layer(barycentre, variance, Arrays.stream(self).average().orElse(0));
    }

    /** Adds (prox_{Tψ}(x) − x̄)/(2T), coordinate by coordinate. */
    private void addLayer(Ensemble x, Layer layer, double[] time, Ensemble drift) {
        int n = x.size();
        workers.forRanges(
                d,
                16,
                (from, to) -> {
                    double[] y = new double[n];
                    for (int j = from; j < to; j++) {
                        for (int i = 0; i < n; i++) {
                            y[i] = x.get(i, j);
                        }
                        layerPrior.proxCoordinate(j, time[j], y, y);
                        for (int i = 0; i < n; i++) {
                            drift.data()[i * d + j] +=
                                    (y[i] - layer.barycentre.get(i, j)) / (2 * time[j]);
                        }
                    }
                });
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        Ensemble x = state.ensemble(Flow.PARTICLES);
        double[] variance = flow.variances(state);
        double[] time = times(variance);
        Layer layer = layer(x, time);
        CovarianceCorrection cloud = CovarianceCorrection.of(x, flow.resources.backend(), workers);
        double[] mean = cloud.mean();
        double[] s = cloud.sd();
        double[] sd = Arrays.stream(layer.mixtureVariance).map(Math::sqrt).toArray();
        Ensemble draws = Ensemble.zeros(particles, d);
        for (int i = 0; i < particles; i++) {
            for (int j = 0; j < d; j++) {
                double scale = s[j] > 0 ? sd[j] / s[j] : 0;
                draws.data()[i * d + j] = mean[j] + scale * (x.get(i, j) - mean[j]);
            }
        }
        boolean constrained = constrain(x, time, draws);
        double flowSpread =
                flow.options.kernel() == RwpoOptions.Kernel.CC && !constrained
                        ? stiffen(state, x, time, draws)
                        : Double.NaN;
        double q = 0;
        for (int j = 0; j < d; j++) {
            q = Math.max(q, time[j] / variance[j]);
        }
        double residual = state.scalar(RESIDUAL, Double.NaN);
        double spread = flow.spread(sd, variance);
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("particles", (double) particles);
        diagnostics.put("q", q);
        diagnostics.put(SELF_WEIGHT, layer.selfWeight);
        diagnostics.put(RESIDUAL, residual);
        diagnostics.put("spread", spread);
        if (Double.isFinite(flowSpread)) {
            diagnostics.put("flow-spread", flowSpread);
        }
        Diagnosis diagnosis = new Diagnosis(flow.options, particles, d);
        List<Reason> reasons = new ArrayList<>();
        diagnosis.checkScales(q, layer.selfWeight, spread, reasons);
        diagnosis.checkParticles(reasons);
        diagnosis.checkIterations(state.iteration(), reasons);
        diagnosis.checkRest(residual, reasons);
        if (layerPrior != flow.problem.prior()) {
            diagnosis.warnOfMoreau(reasons);
        }
        if (state.hasArray(SETTLED_MEAN)) {
            double[] lastMean = mean.clone();
            double[] lastSd = s.clone();
            constrain(x, time, sd, lastMean, lastSd);
            diagnosis.checkDrift(
                    state.array(SETTLED_MEAN),
                    state.array(SETTLED_SD),
                    lastMean,
                    lastSd,
                    diagnostics,
                    reasons);
        }
        diagnosis.checkCorrelation(cloud.correlation(), reasons);
        diagnosis.checkSparsity(flow.problem, state.array(Flow.MODE), mean, sd, reasons);
        return new Posterior(draws, true, reasons, diagnostics, state.array(Flow.MODE));
    }

    /**
     * Where particles have left the domain of ψ_j, they are only the kernels' centres: there, and
     * where draws have, these are the mixture's quantiles ({@link MixtureQuantiles}).
     *
     * @param x particles, not modified
     * @param time T_j
     * @param draws N × d, modified in the coordinates concerned
     * @return whether there were any
     */
    private boolean constrain(Ensemble x, double[] time, Ensemble draws) {
        double[] inside = means(x, time).point(0);
        boolean[] any = new boolean[d];
        workers.forRanges(
                d,
                8,
                (from, to) -> {
                    for (int j = from; j < to; j++) {
                        double[] y = column(x, j);
                        any[j] = leaves(j, y) || leaves(j, column(draws, j));
                        if (!any[j]) {
                            continue;
                        }
                        double[] z = MixtureQuantiles.of(layerPrior, j, time[j], beta, y, inside);
                        for (int i = 0; i < particles; i++) {
                            draws.data()[i * d + j] = z[i];
                        }
                    }
                });
        for (boolean one : any) {
            if (one) {
                return true;
            }
        }
        return false;
    }

    /** There the mixture's mean and standard deviation take the place of the particles'. */
    private void constrain(Ensemble x, double[] time, double[] sd, double[] mean, double[] own) {
        for (int j = 0; j < d; j++) {
            double[] m = kernelMeans(x, j, time[j]);
            if (m != null) {
                mean[j] = Arrays.stream(m).average().orElse(0);
                own[j] = sd[j];
            }
        }
    }

    /** The particles, with the kernels' means in coordinates in which some have left the domain. */
    private Ensemble means(Ensemble x, double[] time) {
        Ensemble seen = x;
        for (int j = 0; j < d; j++) {
            double[] m = kernelMeans(x, j, time[j]);
            if (m != null) {
                seen = seen == x ? x.copy() : seen;
                for (int i = 0; i < m.length; i++) {
                    seen.data()[i * d + j] = m[i];
                }
            }
        }
        return seen;
    }

    /** The kernels' means in coordinate j, or null if all particles lie in its domain. */
    private double[] kernelMeans(Ensemble x, int j, double time) {
        double[] y = column(x, j);
        if (!leaves(j, y)) {
            return null;
        }
        double[] m = new double[y.length];
        layerPrior.kernel(j, time, beta, y, new double[y.length], m, new double[y.length]);
        return m;
    }

    /** Whether some values of coordinate j lie outside the domain of ψ_j. */
    private boolean leaves(int j, double[] values) {
        double[] nearest = new double[values.length];
        layerPrior.proxCoordinate(j, Double.MIN_NORMAL, values, nearest);
        return !Arrays.equals(values, nearest);
    }

    private static double[] column(Ensemble x, int j) {
        double[] column = new double[x.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = x.get(i, j);
        }
        return column;
    }

    /**
     * Gives the draws the covariance of {@link LinearisedReadout}, unless that would take some out
     * of the prior's domain.
     *
     * @param x particles, not modified
     * @param time T_j
     * @param draws N × d, modified
     * @return the mean ratio of the variances that they had to those, NaN if they stay as they were
     */
    private double stiffen(State state, Ensemble x, double[] time, Ensemble draws) {
        double[] change = new double[d];
        LinearisedReadout.precision(layerPrior, x, time, beta, change, workers);
        double[] curvature = flow.priorCurvature(state);
        for (int j = 0; j < d; j++) {
            change[j] -= curvature[j];
        }
        double[] factor = Flow.factor(state.array(Flow.PRECONDITIONER), d);
        double stiffness =
                flow.problem.target().isQuadratic() ? Double.POSITIVE_INFINITY : STIFFNESS;
        Ensemble moved = draws.copy();
        double before = LinearisedReadout.spread(moved, factor, change, beta, stiffness, workers);
        for (int i = 0; i < particles; i++) {
            if (!Double.isFinite(flow.problem.prior().potential(moved.data(), moved.offset(i)))) {
                return Double.NaN;
            }
        }
        System.arraycopy(moved.data(), 0, draws.data(), 0, draws.data().length);
        return before;
    }
}
