package org.headwater.model.linear.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;

/**
 * The model F(θ) = Aθ with a linear map A, m × d. Prediction and gradient are products over a batch
 * of particles; the Jacobian costs min(m, d) products. Immutable.
 */
final class LinearModel implements ForwardModel {
    private static final int BATCH = 32;

    private final LinearMap map;
    private final FieldShape dataShape;
    private final DataLayout layout;
    private final List<ParameterBlock> blocks;
    private final List<DerivedField> fields;

    /** A vector of parameters and of data. */
    LinearModel(LinearMap map) {
        this(
                map,
                new FieldShape(map.columns()),
                new FieldShape(map.rows()),
                DataLayout.plain(map.rows()));
    }

    /**
     * @param shape a vector, or an image, of which pictures are made
     * @param dataShape how the data are arranged in files, e.g. as an image
     */
    LinearModel(LinearMap map, FieldShape shape, FieldShape dataShape, DataLayout layout) {
        this.map = map;
        this.dataShape = dataShape;
        this.layout = layout;
        int[] sizes = shape.sizes();
        blocks =
                List.of(
                        new ParameterBlock(
                                "field", names(sizes), "", new double[map.columns()], shape, null));
        fields =
                sizes.length == 2 && sizes[0] > 1 && sizes[1] > 1
                        ? List.of(new PixelImage(sizes[0], sizes[1]))
                        : List.of();
    }

    private static List<String> names(int[] sizes) {
        if (sizes.length == 1) {
            return IntStream.rangeClosed(1, sizes[0]).mapToObj(i -> "x" + i).toList();
        }
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= sizes[0]; i++) {
            for (int j = 1; j <= sizes[1]; j++) {
                names.add("pixel-" + i + "-" + j);
            }
        }
        return names;
    }

    /** How the data are arranged in files. */
    FieldShape dataShape() {
        return dataShape;
    }

    @Override
    public List<ParameterBlock> blocks() {
        return blocks;
    }

    @Override
    public int dataSize() {
        return map.rows();
    }

    @Override
    public boolean isLinear() {
        return true;
    }

    @Override
    public int preferredBatch() {
        return BATCH;
    }

    @Override
    public Evaluator evaluator() {
        return new LinearEvaluator();
    }

    @Override
    public List<DerivedField> fields() {
        return fields;
    }

    @Override
    public DataLayout dataLayout() {
        return layout;
    }

    private final class LinearEvaluator implements Evaluator {
        private final int m = map.rows();
        private final int d = map.columns();
        private final LinearMap.Products products = map.products();
        private final double[] one = new double[m];
        private final double[] cotangents = new double[BATCH * m];

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            products.apply(theta.data(), from * d, to - from, predicted, from * m);
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            predict(theta, from, to, predicted);
            for (int start = from; start < to; start += BATCH) {
                int count = Math.min(BATCH, to - start);
                for (int i = 0; i < count; i++) {
                    misfit.at(start + i, predicted, (start + i) * m, one);
                    System.arraycopy(one, 0, cotangents, i * m, m);
                }
                products.adjoint(cotangents, 0, count, gradient, start * d);
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            products.apply(theta, 0, 1, predicted, 0);
            if (m <= d) {
                Arrays.fill(one, 0);
                for (int i = 0; i < m; i++) {
                    one[i] = 1;
                    products.adjoint(one, 0, 1, jacobian, i * d);
                    one[i] = 0;
                }
                return;
            }
            double[] unit = new double[d];
            for (int j = 0; j < d; j++) {
                unit[j] = 1;
                products.apply(unit, 0, 1, one, 0);
                unit[j] = 0;
                for (int i = 0; i < m; i++) {
                    jacobian[i * d + j] = one[i];
                }
            }
        }
    }
}
