package org.headwater.model.ellipticpde.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.Geometry;
import org.headwater.api.ParameterBlock;
import org.headwater.kernels.sparse.Lanes;

/**
 * Pressures at points as a function of the log-permeability m = Bθ; see {@link FlowGrid} for the
 * equations. A permeability so extreme that they cannot be solved is a failed particle.
 *
 * <p>Cost of a prediction: one sparse factorisation; of a gradient: two triangular solutions more,
 * whatever d; of a Jacobian: two for each datum.
 */
final class EllipticModel implements ForwardModel {
    /** Most memory of a thread's factors; beyond it particles come one at a time. */
    private static final long MOST_FACTOR_BYTES = 1L << 28;

    private final Flow flow;
    private final FlowGrid grid;
    private final Basis basis;
    private final Basis.Sampler acrossX;
    private final Basis.Sampler acrossY;
    private final List<ParameterBlock> blocks;
    private final LogPermeability field;

    /**
     * @param n boxes along an axis
     * @param pictureSize squares along an axis of the field's pictures
     */
    EllipticModel(int n, Flow flow, Basis basis, int pictureSize) {
        this.flow = flow;
        this.grid = new FlowGrid(n, flow);
        this.basis = basis;
        this.acrossX = basis.on(grid.midpoints(), grid.nodes());
        this.acrossY = basis.on(grid.nodes(), grid.midpoints());
        this.blocks =
                List.of(
                        new ParameterBlock(
                                "field",
                                basis.names(),
                                "",
                                new double[basis.size()],
                                basis.shape(),
                                null));
        this.field = new LogPermeability(pictureSize);
    }

    @Override
    public List<ParameterBlock> blocks() {
        return blocks;
    }

    @Override
    public int dataSize() {
        return flow.observations();
    }

    @Override
    public int preferredBatch() {
        return lanes().width();
    }

    @Override
    public Evaluator evaluator() {
        return new FlowEvaluator();
    }

    @Override
    public List<DerivedField> fields() {
        return List.of(field);
    }

    @Override
    public DataLayout dataLayout() {
        return new DataLayout("pressure", "", "", List.of(), new int[0]);
    }

    /** m on squares of the unit square, the same on both triangles of a square. */
    private final class LogPermeability implements DerivedField {
        private final int size;
        private final Basis.Sampler centres;
        private final Geometry geometry;

        LogPermeability(int size) {
            this.size = size;
            double[] x = new double[size];
            for (int i = 0; i < size; i++) {
                x[i] = (i + 0.5) / size;
            }
            centres = basis.on(x, x);
            geometry = squares(size, markers());
        }

        @Override
        public String name() {
            return "log-permeability";
        }

        @Override
        public String unit() {
            return "";
        }

        @Override
        public Geometry geometry() {
            return geometry;
        }

        @Override
        public double neutral() {
            return 0;
        }

        @Override
        public void evaluate(double[] theta, int offset, double[] out) {
            double[] values = new double[size * size];
            centres.expand(theta, offset, values, 0, new double[centres.scratchSize()]);
            for (int k = 0; k < values.length; k++) {
                out[2 * k] = values[k];
                out[2 * k + 1] = values[k];
            }
        }
    }

    /** The observed points, and the wells by number. */
    private List<Geometry.Marker> markers() {
        List<Geometry.Marker> markers = new ArrayList<>();
        double[] points = flow.points();
        for (int k = 0; k < points.length; k += 2) {
            markers.add(new Geometry.Marker("", new double[] {points[k], points[k + 1]}));
        }
        double[] wells = flow.wells();
        for (int k = 0; k < wells.length; k += 3) {
            String number = Integer.toString(k / 3 + 1);
            markers.add(new Geometry.Marker(number, new double[] {wells[k], wells[k + 1]}));
        }
        return List.copyOf(markers);
    }

    /** Two triangles in each of size × size squares; square (i, j) from the left and the bottom. */
    private static Geometry squares(int size, List<Geometry.Marker> markers) {
        double[] nodes = new double[2 * (size + 1) * (size + 1)];
        for (int i = 0; i <= size; i++) {
            for (int j = 0; j <= size; j++) {
                int node = i * (size + 1) + j;
                nodes[2 * node] = (double) i / size;
                nodes[2 * node + 1] = (double) j / size;
            }
        }
        int[] triangles = new int[6 * size * size];
        int t = 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                int node = i * (size + 1) + j;
                int right = node + size + 1;
                for (int corner : new int[] {node, right, right + 1, node, right + 1, node + 1}) {
                    triangles[t++] = corner;
                }
            }
        }
        return new Geometry(nodes, triangles, "", markers);
    }

    /** The lanes that particles are evaluated in; one where many would take too much memory. */
    private Lanes lanes() {
        long bytes = 8L * Lanes.best().width() * grid.factorNonzeros();
        return bytes > MOST_FACTOR_BYTES ? Lanes.scalar() : Lanes.best();
    }

    /**
     * The workspace of a thread: particles in lanes, and one lane for few of them, which gives the
     * same bits in less time.
     */
    private final class FlowEvaluator implements Evaluator {
        private final Batch one = new Batch(Lanes.scalar());
        private final Batch many = lanes().width() == 1 ? one : new Batch(lanes());

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

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            one.jacobian(theta, predicted, jacobian);
        }
    }

    /** Particles side by side, one to a lane. */
    private final class Batch {
        private final Lanes lanes;
        private final int d = basis.size();
        private final int m = dataSize();
        private final FlowGrid.Workspace workspace;
        private final double[] faces;
        private final double[] field = new double[grid.faces()];
        private final double[] cotangent = new double[m];
        private final double[] cotangents;
        private final double[] scratch =
                new double[Math.max(acrossX.scratchSize(), acrossY.scratchSize())];

        Batch(Lanes lanes) {
            this.lanes = lanes;
            workspace = grid.workspace(lanes);
            faces = new double[grid.faces() * lanes.width()];
            cotangents = new double[m * lanes.width()];
        }

        private void put(double[] theta, int offset, int lane) {
            acrossX.expand(theta, offset, field, 0, scratch);
            acrossY.expand(theta, offset, field, grid.facesAcrossX(), scratch);
            lanes.put(field, 0, field.length, faces, lane);
        }

        /** Writes ∂/∂θ from the derivatives in the faces of a lane, d values. */
        private void pullBack(int lane, double[] gradient, int at) {
            lanes.take(faces, lane, field, 0, field.length);
            Arrays.fill(gradient, at, at + d, 0);
            acrossX.addAdjoint(field, 0, gradient, at, scratch);
            acrossY.addAdjoint(field, grid.facesAcrossX(), gradient, at, scratch);
        }

        /**
         * Predicts the data of up to W particles and, unless {@code misfit} is null, the gradients;
         * NaN where the equations cannot be solved.
         */
        void run(
                Ensemble theta,
                int from,
                int count,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            for (int w = 0; w < count; w++) {
                put(theta.data(), theta.offset(from + w), w);
            }
            boolean[] good = workspace.solve(faces);
            for (int w = 0; w < count; w++) {
                int i = from + w;
                if (!good[w]) {
                    Arrays.fill(predicted, i * m, (i + 1) * m, Double.NaN);
                    continue;
                }
                workspace.observe(w, predicted, i * m);
                if (misfit != null) {
                    misfit.at(i, predicted, i * m, cotangent);
                    lanes.put(cotangent, 0, m, cotangents, w);
                }
            }
            if (misfit == null) {
                return;
            }
            workspace.pullBack(cotangents, faces);
            for (int w = 0; w < count; w++) {
                int at = (from + w) * d;
                if (good[w]) {
                    pullBack(w, gradient, at);
                } else {
                    Arrays.fill(gradient, at, at + d, Double.NaN);
                }
            }
        }

        /** For one lane. */
        void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            put(theta, 0, 0);
            if (!workspace.solve(faces)[0]) {
                Arrays.fill(predicted, 0, m, Double.NaN);
                Arrays.fill(jacobian, 0, m * d, Double.NaN);
                return;
            }
            workspace.observe(0, predicted, 0);
            Arrays.fill(cotangents, 0);
            for (int k = 0; k < m; k++) {
                cotangents[k] = 1;
                workspace.pullBack(cotangents, faces);
                pullBack(0, jacobian, k * d);
                cotangents[k] = 0;
            }
        }
    }
}
