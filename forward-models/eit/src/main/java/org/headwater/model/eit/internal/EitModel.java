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
import org.headwater.kernels.sparse.Lanes;
import org.headwater.model.eit.internal.basis.Basis;
import org.headwater.model.eit.internal.basis.LevelSet;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.cem.ElectrodeBatch;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * Voltages of a tank as a function of its conductivity.
 *
 * <p>V = QᵀG(σh, z/h)C with G of the complete electrode model, σ = σ₀e^{Bθ} (log) or σ₀ + Bθ
 * (identity). Parameters, in this order: θ (d values); log σ₀ (σ₀ in S/m) and log z (z in Ω·m², one
 * common to all electrodes or one for each), each only if it is estimated. For a level set Bθ is φ,
 * and m(φ) of {@link LevelSet} stands in its place. Data are in V, in the order of {@link
 * Experiment}. A conductivity that is not positive and finite is a failed particle.
 *
 * <p>Cost of a prediction: T·d for the field, one sparse factorisation, and the voltages; of a
 * gradient: a back-substitution with L−1 right-hand sides and T·d once more; of a Jacobian:
 * L²/2·T·d more.
 */
final class EitModel implements ForwardModel {
    private static final double LOG_BACKGROUND_SD = 0.5;

    private final CompleteElectrodeModel electrodeModel;
    private final Experiment experiment;
    private final Basis basis;
    private final double height;
    private final boolean log;
    private final Homogeneous tank;
    private final boolean backgroundEstimated;

    /** How many log z are parameters: none, one for all electrodes, or one for each. */
    private final int impedances;

    private final double[] shift;

    /** What the mesh gets wrong, or null. */
    private final ApproximationError error;

    private final List<ParameterBlock> blocks;
    private final Geometry geometry;

    /**
     * @param height h, m
     * @param log whether σ = σ₀e^{Bθ}
     * @param tank σ₀ and z, or where their estimation starts
     * @param impedances how many log z are parameters: 0, 1 (common to all electrodes) or L
     * @param shift what difference data add to measured voltages, or null
     * @param error what the mesh gets wrong, or null
     */
    EitModel(
            CompleteElectrodeModel electrodeModel,
            Experiment experiment,
            Basis basis,
            double height,
            boolean log,
            Homogeneous tank,
            boolean backgroundEstimated,
            int impedances,
            double[] shift,
            ApproximationError error) {
        this.electrodeModel = electrodeModel;
        this.experiment = experiment;
        this.basis = basis;
        this.height = height;
        this.log = log;
        this.tank = tank;
        this.backgroundEstimated = backgroundEstimated;
        this.impedances = impedances;
        this.shift = shift;
        this.error = error;
        this.geometry = geometry(electrodeModel.mesh());
        List<ParameterBlock> list = new ArrayList<>();
        list.add(
                new ParameterBlock(
                        "field",
                        basis.names(),
                        log ? "" : "S/m",
                        new double[basis.size()],
                        shape(basis, geometry),
                        null));
        if (backgroundEstimated) {
            list.add(
                    nuisance(
                            "log-background", 1, Math.log(tank.conductivity()), LOG_BACKGROUND_SD));
        }
        if (impedances > 0) {
            list.add(
                    nuisance(
                            "log-contact-impedance",
                            impedances,
                            Math.log(tank.contactImpedance()),
                            Homogeneous.LOG_IMPEDANCE_SD));
        }
        if (errorSize() > 0) {
            list.add(nuisance("model-error", errorSize(), 0, 1));
        }
        this.blocks = List.copyOf(list);
    }

    /** K, the number of η. */
    private int errorSize() {
        return error == null ? 0 : error.size();
    }

    private static FieldShape shape(Basis basis, Geometry geometry) {
        return switch (basis.layout()) {
            case TRIANGLES -> FieldShape.mesh(geometry);
            case IMAGE -> {
                int side = (int) Math.round(Math.sqrt(basis.size()));
                yield new FieldShape(side, side);
            }
            case VECTOR -> new FieldShape(basis.size());
        };
    }

    private static ParameterBlock nuisance(String name, int count, double centre, double sd) {
        List<String> names = new ArrayList<>();
        for (int k = 1; k <= count; k++) {
            names.add(count == 1 ? name : name + "-" + k);
        }
        double[] centres = new double[count];
        double[] sds = new double[count];
        Arrays.fill(centres, centre);
        Arrays.fill(sds, sd);
        return new ParameterBlock(name, names, "", centres, new FieldShape(count), sds);
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
        return Lanes.best().width();
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

    private double impedance(double[] theta, int offset, int electrode) {
        if (impedances == 0) {
            return tank.contactImpedance(electrode);
        }
        int first = offset + basis.size() + (backgroundEstimated ? 1 : 0);
        return Math.exp(theta[first + (impedances == 1 ? 0 : electrode)]);
    }

    /**
     * The field m of coefficients in lanes.
     *
     * @param theta d × W, not modified
     * @param m T × W, overwritten, as is {@code slopes} by dm/d(Bθ) if there is a level set
     */
    private void expand(Lanes lanes, double[] theta, double[] m, double[] slopes) {
        basis.matrix().expand(lanes, theta, m);
        if (basis.levels() != null) {
            basis.levels().apply(m, basis.matrix().rows() * lanes.width(), slopes);
        }
    }

    /** Length of the array of slopes of a level set in lanes. */
    private int slopes(Lanes lanes) {
        return basis.levels() == null ? 0 : basis.matrix().rows() * lanes.width();
    }

    /**
     * Turns m into conductivities times a factor, in lanes.
     *
     * @param background σ₀ of each lane
     * @param m T × W, not modified
     * @param sigma T × W, overwritten; may be {@code m}
     */
    private void conductivity(
            Lanes lanes, double[] m, double[] background, double factor, double[] sigma) {
        int width = lanes.width();
        int triangles = basis.matrix().rows();
        if (log) {
            double[] scaled = background.clone();
            for (int w = 0; w < width; w++) {
                scaled[w] *= factor;
            }
            lanes.exp(m, scaled, triangles, sigma);
        } else {
            for (int t = 0; t < triangles; t++) {
                for (int w = 0; w < width; w++) {
                    sigma[t * width + w] = factor * (background[w] + m[t * width + w]);
                }
            }
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
            Lanes one = Lanes.scalar();
            expand(one, field, out, new double[slopes(one)]);
            if (!change) {
                conductivity(one, out, new double[] {background(theta, offset)}, 1, out);
            }
        }
    }

    /**
     * The workspace of a thread: particles in lanes, and one lane for few of them, which gives the
     * same bits in less time.
     */
    private final class EitEvaluator implements Evaluator {
        private final Batch one = new Batch(Lanes.scalar());
        private final Batch many = Lanes.best().width() == 1 ? one : new Batch(Lanes.best());

        /** Allocated by the first Jacobian. */
        private Sensitivities sensitivities;

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            run(theta, from, to, null, predicted, null);
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            run(theta, from, to, misfit, predicted, gradient);
        }

        private void run(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            many.lanes.cut(
                    from,
                    to,
                    (first, count) ->
                            (count == 1 ? one : many)
                                    .run(theta, first, count, misfit, predicted, gradient));
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            if (sensitivities == null) {
                sensitivities = new Sensitivities();
            }
            sensitivities.jacobian(theta, predicted, jacobian);
        }
    }

    /** Particles side by side, one to a lane. */
    private final class Batch {
        private final Lanes lanes;
        private final int width;
        private final int d = dimension();
        private final int data = dataSize();
        private final int triangles = basis.matrix().rows();
        private final int electrodes = electrodeModel.mesh().electrodes();
        private final ElectrodeBatch tanks;
        private final double[] field;
        private final double[] coefficients;
        private final double[] derivatives;
        private final double[] slopes;
        private final double[] background;
        private final double[] transfer = new double[electrodes * electrodes];
        private final double[] gBar = new double[electrodes * electrodes];
        private final double[] cotangent = new double[data];
        private final double[] scratch = new double[experiment.scratchSize()];

        Batch(Lanes lanes) {
            this.lanes = lanes;
            width = lanes.width();
            tanks = electrodeModel.batch(lanes);
            field = new double[basis.size() * width];
            coefficients = new double[tanks.coefficients()];
            derivatives = new double[tanks.coefficients()];
            slopes = new double[slopes(lanes)];
            background = new double[width];
            Arrays.fill(background, tank.conductivity());
        }

        /**
         * Predicts the data of up to W particles and, unless {@code misfit} is null, the gradients;
         * NaN where a tank cannot be solved.
         */
        void run(
                Ensemble theta,
                int first,
                int count,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            setCoefficients(theta, first, count);
            boolean[] good = tanks.factor(coefficients);
            for (int w = 0; w < count; w++) {
                int particle = first + w;
                if (!good[w]) {
                    Arrays.fill(predicted, particle * data, (particle + 1) * data, Double.NaN);
                    continue;
                }
                tanks.transfer(w, transfer);
                experiment.voltages(transfer, scratch, predicted, particle * data);
                int last = (particle + 1) * d - errorSize();
                if (error != null) {
                    error.addTo(theta.data(), last, predicted, particle * data);
                }
                if (misfit != null) {
                    misfit.at(particle, predicted, particle * data, cotangent);
                    if (error != null) {
                        error.pullBack(cotangent, gradient, last);
                    }
                    experiment.pullBack(cotangent, scratch, gBar);
                    tanks.misfit(w, gBar);
                }
            }
            if (misfit != null) {
                tanks.gradient(derivatives);
                chainRule();
                for (int w = 0; w < count; w++) {
                    int offset = (first + w) * d;
                    if (good[w]) {
                        lanes.take(field, w, gradient, offset, basis.size());
                        nuisanceGradient(w, gradient, offset + basis.size());
                    } else {
                        Arrays.fill(gradient, offset, offset + d, Double.NaN);
                    }
                }
            }
        }

        private void setCoefficients(Ensemble theta, int first, int count) {
            double[] x = theta.data();
            for (int w = 0; w < count; w++) {
                int offset = theta.offset(first + w);
                lanes.put(x, offset, basis.size(), field, w);
                background[w] = background(x, offset);
                for (int l = 0; l < electrodes; l++) {
                    double contact = 1 / (impedance(x, offset, l) / height);
                    coefficients[(triangles + l) * width + w] = contact;
                }
            }
            expand(lanes, field, coefficients, slopes);
            conductivity(lanes, coefficients, background, height, coefficients);
        }

        /** Turns derivatives in the triangles' conductivities into those in m, then in θ. */
        private void chainRule() {
            for (int i = 0; i < triangles * width; i++) {
                derivatives[i] *= log ? coefficients[i] : height;
            }
            double[] inner = derivatives;
            if (basis.levels() != null) {
                for (int i = 0; i < slopes.length; i++) {
                    slopes[i] *= derivatives[i];
                }
                inner = slopes;
            }
            basis.matrix().pullBack(lanes, inner, field);
        }

        private void nuisanceGradient(int lane, double[] gradient, int offset) {
            int next = offset;
            if (backgroundEstimated) {
                double sum = 0;
                for (int t = 0; t < triangles; t++) {
                    sum += derivatives[t * width + lane];
                }
                gradient[next++] = log ? sum : background[lane] * sum;
            }
            Arrays.fill(gradient, next, next + impedances, 0);
            for (int l = 0; impedances > 0 && l < electrodes; l++) {
                int k = (triangles + l) * width + lane;
                gradient[next + (impedances == 1 ? 0 : l)] -= coefficients[k] * derivatives[k];
            }
        }
    }

    /** Jacobians of one particle, from the derivatives of the pairs of electrodes. */
    private final class Sensitivities {
        private final int d = dimension();
        private final int data = dataSize();
        private final int triangles = basis.matrix().rows();
        private final int electrodes = electrodeModel.mesh().electrodes();
        private final int pairs = electrodeModel.pairs();
        private final int nuisances = d - basis.size() - errorSize();
        private final CompleteElectrodeModel.Workspace workspace = electrodeModel.workspace();
        private final double[] sigma = new double[triangles];
        private final double[] slopes = new double[slopes(Lanes.scalar())];
        private final double[] transfer = new double[electrodes * electrodes];
        private final double[] bySigma = new double[pairs * triangles];
        private final double[] byLogZ = new double[pairs * electrodes];
        private final double[] byField = new double[pairs * basis.size()];
        private final double[] byNuisance = new double[pairs * nuisances];
        private final double[] scratch =
                new double[Math.max(experiment.scratchSize(), electrodes * d)];
        private final double[] rows = new double[triangles * Lanes.best().width()];
        private final double[] products = new double[basis.size() * Lanes.best().width()];

        void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            Lanes one = Lanes.scalar();
            double background = background(theta, 0);
            expand(one, Arrays.copyOf(theta, basis.size()), sigma, slopes);
            conductivity(one, sigma, new double[] {background}, height, sigma);
            double[] z = new double[electrodes];
            for (int l = 0; l < electrodes; l++) {
                z[l] = impedance(theta, 0, l) / height;
            }
            if (!workspace.factor(sigma, z)) {
                Arrays.fill(predicted, 0, data, Double.NaN);
                Arrays.fill(jacobian, 0, data * d, Double.NaN);
                return;
            }
            workspace.transfer(transfer);
            experiment.voltages(transfer, scratch, predicted, 0);
            if (error != null) {
                error.addTo(theta, d - errorSize(), predicted, 0);
            }
            workspace.sensitivities(bySigma, byLogZ);
            for (int k = 0; k < pairs; k++) {
                double sum = 0;
                for (int t = k * triangles; t < (k + 1) * triangles; t++) {
                    bySigma[t] *= log ? sigma[t - k * triangles] : height;
                    sum += bySigma[t];
                }
                if (backgroundEstimated) {
                    byNuisance[k * nuisances] = log ? sum : background * sum;
                }
                int first = (k + 1) * nuisances - impedances;
                Arrays.fill(byNuisance, first, first + impedances, 0);
                for (int l = 0; impedances > 0 && l < electrodes; l++) {
                    byNuisance[first + (impedances == 1 ? 0 : l)] += byLogZ[k * electrodes + l];
                }
            }
            for (int k = 0; basis.levels() != null && k < bySigma.length; k++) {
                bySigma[k] *= slopes[k % triangles];
            }
            pullBack();
            experiment.differentials(byField, basis.size(), scratch, jacobian, 0, d);
            experiment.differentials(byNuisance, nuisances, scratch, jacobian, basis.size(), d);
            if (error != null) {
                error.putInto(jacobian, d);
            }
        }

        /** The rows of the pairs times the basis, a few rows at a time in lanes. */
        private void pullBack() {
            Lanes lanes = Lanes.best();
            for (int first = 0; first < pairs; first += lanes.width()) {
                int count = Math.min(lanes.width(), pairs - first);
                for (int w = 0; w < count; w++) {
                    lanes.put(bySigma, (first + w) * triangles, triangles, rows, w);
                }
                basis.matrix().pullBack(lanes, rows, products);
                for (int w = 0; w < count; w++) {
                    lanes.take(products, w, byField, (first + w) * basis.size(), basis.size());
                }
            }
        }
    }
}
