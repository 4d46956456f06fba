package org.headwater.model.eit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.Geometry;
import org.headwater.api.ParameterBlock;
import org.headwater.model.eit.internal.basis.Basis;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * Voltages of a tank as a function of its conductivity.
 *
 * <p>V = QᵀG(σh, z/h)C with G of the complete electrode model, σ = σ₀e^{Bθ} (log) or σ₀ + Bθ
 * (identity). Parameters, in this order: θ (d values); log σ₀ (σ₀ in S/m) and log z (z in Ω·m²,
 * common to all electrodes), each only if it is estimated. Data are in V, in the order of {@link
 * Experiment}. A conductivity that is not positive and finite is a failed particle.
 *
 * <p>Cost of a prediction: T·d for the field, one sparse factorisation, and the voltages; of a
 * gradient: a back-substitution with L−1 right-hand sides and L²·T more, whatever d; of a Jacobian:
 * L²/2·T·d more.
 */
final class EitModel implements ForwardModel {
    /** Particles whose fields are expanded together, so that the basis is read once for all. */
    private static final int BATCH = 8;

    private static final double LOG_BACKGROUND_SD = 0.5;
    private static final double LOG_IMPEDANCE_SD = 1.5;

    private final CompleteElectrodeModel electrodeModel;
    private final Experiment experiment;
    private final Basis basis;
    private final double height;
    private final boolean log;
    private final Homogeneous tank;
    private final boolean backgroundEstimated;
    private final boolean impedanceEstimated;
    private final double[] shift;
    private final List<ParameterBlock> blocks;
    private final Geometry geometry;

    /**
     * @param height h, m
     * @param log whether σ = σ₀e^{Bθ}
     * @param tank σ₀ and z, or where their estimation starts
     * @param shift what difference data add to measured voltages, or null
     */
    EitModel(
            CompleteElectrodeModel electrodeModel,
            Experiment experiment,
            Basis basis,
            double height,
            boolean log,
            Homogeneous tank,
            boolean backgroundEstimated,
            boolean impedanceEstimated,
            double[] shift) {
        this.electrodeModel = electrodeModel;
        this.experiment = experiment;
        this.basis = basis;
        this.height = height;
        this.log = log;
        this.tank = tank;
        this.backgroundEstimated = backgroundEstimated;
        this.impedanceEstimated = impedanceEstimated;
        this.shift = shift;
        this.geometry = geometry(electrodeModel.mesh());
        List<ParameterBlock> list = new ArrayList<>();
        list.add(
                new ParameterBlock(
                        "field",
                        basis.names(),
                        log ? "" : "S/m",
                        new double[basis.size()],
                        basis.isElements()
                                ? FieldShape.mesh(geometry)
                                : new FieldShape(basis.size()),
                        null));
        if (backgroundEstimated) {
            list.add(nuisance("log-background", tank.conductivity(), LOG_BACKGROUND_SD));
        }
        if (impedanceEstimated) {
            list.add(nuisance("log-contact-impedance", tank.contactImpedance(), LOG_IMPEDANCE_SD));
        }
        this.blocks = List.copyOf(list);
    }

    private static ParameterBlock nuisance(String name, double centre, double sd) {
        return new ParameterBlock(
                name,
                List.of(name),
                "",
                new double[] {Math.log(centre)},
                new FieldShape(1),
                new double[] {sd});
    }

    private static Geometry geometry(ElectrodeMesh mesh) {
        double[] nodes = mesh.nodeCoordinates();
        List<Geometry.Marker> markers = new ArrayList<>();
        for (int l = 0; l < mesh.electrodes(); l++) {
            int[] chain = chain(mesh.electrodeEdges(l));
            double[] line = new double[2 * chain.length];
            for (int i = 0; i < chain.length; i++) {
                line[2 * i] = nodes[2 * chain[i]];
                line[2 * i + 1] = nodes[2 * chain[i] + 1];
            }
            markers.add(new Geometry.Marker(Integer.toString(l + 1), line));
        }
        return new Geometry(nodes, mesh.triangleNodes(), "m", List.copyOf(markers));
    }

    /** The nodes of edges that form an open line, in the order along it. */
    private static int[] chain(int[] edges) {
        int count = edges.length / 2;
        int[] line = new int[count + 1];
        int first = edges[0];
        for (int node : edges) {
            if (Arrays.stream(edges).filter(n -> n == node).count() == 1) {
                first = node;
                break;
            }
        }
        line[0] = first;
        boolean[] taken = new boolean[count];
        for (int i = 1; i <= count; i++) {
            for (int e = 0; e < count; e++) {
                int other =
                        edges[2 * e] == line[i - 1]
                                ? edges[2 * e + 1]
                                : edges[2 * e + 1] == line[i - 1] ? edges[2 * e] : -1;
                if (!taken[e] && other >= 0) {
                    taken[e] = true;
                    line[i] = other;
                    break;
                }
            }
        }
        return line;
    }

    /** σ₀ and z, or where their estimation starts. */
    Homogeneous tank() {
        return tank;
    }

    /** What is driven and measured. */
    Experiment experiment() {
        return experiment;
    }

    /** Voltages as the model predicts them: for difference data V − V_ref + model(ref). */
    double[] referenced(double[] voltages) {
        double[] out = voltages.clone();
        for (int i = 0; shift != null && i < out.length; i++) {
            out[i] += shift[i];
        }
        return out;
    }

    @Override
    public List<ParameterBlock> blocks() {
        return blocks;
    }

    @Override
    public int dataSize() {
        return experiment.dataSize();
    }

    @Override
    public int preferredBatch() {
        return BATCH;
    }

    @Override
    public Evaluator evaluator() {
        return new EitEvaluator();
    }

    @Override
    public List<DerivedField> fields() {
        return List.of(new Conductivity(false), new Conductivity(true));
    }

    @Override
    public DataLayout dataLayout() {
        int[] used = experiment.used();
        int[] group = new int[used.length];
        for (int i = 0; i < group.length; i++) {
            group[i] = used[i] / experiment.patterns();
        }
        return new DataLayout("voltage", "V", "electrode", experiment.measurementNames(), group);
    }

    private double background(double[] theta, int offset) {
        return backgroundEstimated ? Math.exp(theta[offset + basis.size()]) : tank.conductivity();
    }

    private double impedance(double[] theta, int offset) {
        return impedanceEstimated
                ? Math.exp(theta[offset + basis.size() + (backgroundEstimated ? 1 : 0)])
                : tank.contactImpedance();
    }

    /** Turns m = Bθ, T values from {@code offset} on, into σ times a factor. */
    private void conductivity(
            double[] m, int offset, double background, double factor, double[] sigma) {
        for (int t = 0; t < sigma.length; t++) {
            double x = m[offset + t];
            sigma[t] = factor * (log ? background * Math.exp(x) : background + x);
        }
    }

    /**
     * The conductivity of the triangles in S/m, or its change m against the background in the
     * model's own measure: ln(σ/σ₀) with the log transform, in which a conductive and a resistive
     * object weigh alike, else σ − σ₀ in S/m.
     */
    private final class Conductivity implements DerivedField {
        private final boolean change;

        Conductivity(boolean change) {
            this.change = change;
        }

        @Override
        public String name() {
            return change ? "conductivity-change" : "conductivity";
        }

        @Override
        public String unit() {
            return change && log ? "ln σ/σ₀" : "S/m";
        }

        @Override
        public Geometry geometry() {
            return geometry;
        }

        @Override
        public double neutral() {
            return change ? 0 : Double.NaN;
        }

        @Override
        public void evaluate(double[] theta, int offset, double[] out) {
            double[] field = Arrays.copyOfRange(theta, offset, offset + basis.size());
            basis.matrix().expand(field, 1, out);
            if (!change) {
                conductivity(out, 0, background(theta, offset), 1, out);
            }
        }
    }

    /** The workspace of a thread. */
    private final class EitEvaluator implements Evaluator {
        private final int d = dimension();
        private final int data = dataSize();
        private final int triangles = basis.matrix().rows();
        private final int electrodes = electrodeModel.mesh().electrodes();
        private final CompleteElectrodeModel.Workspace workspace = electrodeModel.workspace();
        private final double[] coefficients = new double[BATCH * basis.size()];
        private final double[] fields = new double[BATCH * triangles];
        private final double[] sigma = new double[triangles];
        private final double[] z = new double[electrodes];
        private final double[] transfer = new double[electrodes * electrodes];
        private final double[] gBar = new double[electrodes * electrodes];
        private final double[] dSigma = new double[triangles];
        private final double[] dLogZ = new double[electrodes];
        private final double[] cotangent = new double[data];
        private final double[] scratch = new double[experiment.scratchSize()];

        /** Allocated by the first Jacobian: derivatives of the pairs of electrodes. */
        private double[] pairsBySigma;

        private double[] pairsByLogZ;
        private double[] pairsByField;
        private double[] pairsByNuisance;
        private double[] pairScratch;

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            for (int first = from; first < to; first += BATCH) {
                int count = Math.min(BATCH, to - first);
                expand(theta.data(), theta.offset(first), count);
                for (int i = 0; i < count; i++) {
                    solve(theta.data(), theta.offset(first + i), i, predicted, first + i);
                }
            }
        }

        /** Expands the fields of particles whose parameters start at an offset. */
        private void expand(double[] theta, int offset, int count) {
            int size = basis.size();
            for (int i = 0; i < count; i++) {
                System.arraycopy(theta, offset + i * d, coefficients, i * size, size);
            }
            basis.matrix().expand(coefficients, count, fields);
        }

        /** Solves for a particle whose field is number {@code slot} of the batch. */
        private boolean solve(
                double[] theta, int offset, int slot, double[] predicted, int particle) {
            conductivity(fields, slot * triangles, background(theta, offset), height, sigma);
            Arrays.fill(z, impedance(theta, offset) / height);
            if (!workspace.factor(sigma, z)) {
                Arrays.fill(predicted, particle * data, (particle + 1) * data, Double.NaN);
                return false;
            }
            workspace.transfer(transfer);
            experiment.voltages(transfer, scratch, predicted, particle * data);
            return true;
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            for (int first = from; first < to; first += BATCH) {
                int count = Math.min(BATCH, to - first);
                expand(theta.data(), theta.offset(first), count);
                for (int i = 0; i < count; i++) {
                    int particle = first + i;
                    int offset = theta.offset(particle);
                    if (solve(theta.data(), offset, i, predicted, particle)) {
                        misfit.at(particle, predicted, particle * data, cotangent);
                        experiment.pullBack(cotangent, scratch, gBar);
                        workspace.gradient(gBar, dSigma, dLogZ);
                        nuisanceGradient(theta.data(), offset, gradient, particle * d);
                        fieldCotangent(i);
                    } else {
                        Arrays.fill(gradient, particle * d, (particle + 1) * d, Double.NaN);
                        Arrays.fill(fields, i * triangles, (i + 1) * triangles, Double.NaN);
                    }
                }
                basis.matrix().multiplyLeft(fields, count, coefficients);
                for (int i = 0; i < count; i++) {
                    int size = basis.size();
                    System.arraycopy(coefficients, i * size, gradient, (first + i) * d, size);
                }
            }
        }

        private void nuisanceGradient(
                double[] theta, int offset, double[] gradient, int gradientOffset) {
            int next = gradientOffset + basis.size();
            if (backgroundEstimated) {
                double background = background(theta, offset);
                double sum = 0;
                for (int t = 0; t < triangles; t++) {
                    sum += dSigma[t] * (log ? sigma[t] : height * background);
                }
                gradient[next++] = sum;
            }
            if (impedanceEstimated) {
                double sum = 0;
                for (double g : dLogZ) {
                    sum += g;
                }
                gradient[next] = sum;
            }
        }

        /** Replaces a field of the batch, no longer needed, by ∂Φ/∂m = ∂Φ/∂σ · dσ/dm. */
        private void fieldCotangent(int slot) {
            for (int t = 0; t < triangles; t++) {
                fields[slot * triangles + t] = dSigma[t] * (log ? sigma[t] : height);
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            expand(theta, 0, 1);
            if (!solve(theta, 0, 0, predicted, 0)) {
                Arrays.fill(jacobian, 0, data * d, Double.NaN);
                return;
            }
            int pairs = electrodeModel.pairs();
            int size = basis.size();
            int nuisances = d - size;
            if (pairsBySigma == null) {
                pairsBySigma = new double[pairs * triangles];
                pairsByLogZ = new double[pairs * electrodes];
                pairsByField = new double[pairs * size];
                pairsByNuisance = new double[pairs * nuisances];
                pairScratch = new double[electrodes * d];
            }
            workspace.sensitivities(pairsBySigma, pairsByLogZ);
            double background = background(theta, 0);
            for (int k = 0; k < pairs; k++) {
                double byBackground = 0;
                for (int t = k * triangles; t < (k + 1) * triangles; t++) {
                    double s = sigma[t - k * triangles];
                    byBackground += pairsBySigma[t] * (log ? s : height * background);
                    pairsBySigma[t] *= log ? s : height;
                }
                if (backgroundEstimated) {
                    pairsByNuisance[k * nuisances] = byBackground;
                }
                if (impedanceEstimated) {
                    double byImpedance = 0;
                    for (int l = 0; l < electrodes; l++) {
                        byImpedance += pairsByLogZ[k * electrodes + l];
                    }
                    pairsByNuisance[(k + 1) * nuisances - 1] = byImpedance;
                }
            }
            basis.matrix().multiplyLeft(pairsBySigma, pairs, pairsByField);
            experiment.differentials(pairsByField, size, pairScratch, jacobian, 0, d);
            experiment.differentials(pairsByNuisance, nuisances, pairScratch, jacobian, size, d);
        }
    }
}
