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

/**
 * Pressures at points as a function of the log-permeability m = Bθ; see {@link FlowGrid} for the
 * equations. A permeability so extreme that they cannot be solved is a failed particle.
 *
 * <p>Cost of a prediction: one sparse factorisation; of a gradient: two triangular solutions more,
 * whatever d; of a Jacobian: two for each datum.
 */
final class EllipticModel implements ForwardModel {
    private static final double WELL_MARK = 0.012;

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
            geometry = squares(size, wells());
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

    /** A lozenge at each well. */
    private List<Geometry.Marker> wells() {
        double[] w = flow.wells();
        List<Geometry.Marker> markers = new ArrayList<>();
        for (int k = 0; k < w.length; k += 3) {
            double x = w[k];
            double y = w[k + 1];
            double[] line = {
                x - WELL_MARK,
                y,
                x,
                y - WELL_MARK,
                x + WELL_MARK,
                y,
                x,
                y + WELL_MARK,
                x - WELL_MARK,
                y
            };
            markers.add(new Geometry.Marker(Integer.toString(k / 3 + 1), line));
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

    /** The workspace of a thread. */
    private final class FlowEvaluator implements Evaluator {
        private final int d = basis.size();
        private final int m = dataSize();
        private final FlowGrid.Workspace workspace = grid.workspace();
        private final double[] faces = new double[grid.faces()];
        private final double[] cotangent = new double[m];
        private final double[] scratch =
                new double[Math.max(acrossX.scratchSize(), acrossY.scratchSize())];

        private boolean solve(double[] theta, int offset, double[] predicted, int at) {
            acrossX.expand(theta, offset, faces, 0, scratch);
            acrossY.expand(theta, offset, faces, grid.facesAcrossX(), scratch);
            if (!workspace.solve(faces)) {
                Arrays.fill(predicted, at, at + m, Double.NaN);
                return false;
            }
            workspace.observe(predicted, at);
            return true;
        }

        /** Writes ∂(g·observations)/∂θ, d values. */
        private void pullBack(double[] g, double[] gradient, int at) {
            workspace.pullBack(g, faces);
            Arrays.fill(gradient, at, at + d, 0);
            acrossX.addAdjoint(faces, 0, gradient, at, scratch);
            acrossY.addAdjoint(faces, grid.facesAcrossX(), gradient, at, scratch);
        }

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            for (int i = from; i < to; i++) {
                solve(theta.data(), theta.offset(i), predicted, i * m);
            }
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            for (int i = from; i < to; i++) {
                if (solve(theta.data(), theta.offset(i), predicted, i * m)) {
                    misfit.at(i, predicted, i * m, cotangent);
                    pullBack(cotangent, gradient, i * d);
                } else {
                    Arrays.fill(gradient, i * d, (i + 1) * d, Double.NaN);
                }
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            if (!solve(theta, 0, predicted, 0)) {
                Arrays.fill(jacobian, 0, m * d, Double.NaN);
                return;
            }
            double[] unit = new double[m];
            for (int k = 0; k < m; k++) {
                unit[k] = 1;
                pullBack(unit, jacobian, k * d);
                unit[k] = 0;
            }
        }
    }
}
