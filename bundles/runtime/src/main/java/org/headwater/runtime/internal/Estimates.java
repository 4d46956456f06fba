package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.runtime.Job.Estimate;
import org.headwater.runtime.Job.FieldEstimate;

/** Mean and standard deviation of parameters and fields over the particles of a step. */
final class Estimates {
    /** Enough for a picture; the results are made of all draws. */
    private static final int MOST_PARTICLES = 200;

    private Estimates() {}

    /** Mean and variance of vectors that come one by one, by Welford's recursion. */
    private static final class Moments {
        private final double[] mean;
        private final double[] squares;
        private int count;

        Moments(int length) {
            mean = new double[length];
            squares = new double[length];
        }

        void add(double[] values, int offset) {
            count++;
            for (int j = 0; j < mean.length; j++) {
                double before = values[offset + j] - mean[j];
                mean[j] += before / count;
                squares[j] += before * (values[offset + j] - mean[j]);
            }
        }

        double[] sd() {
            double[] sd = new double[squares.length];
            for (int j = 0; j < sd.length; j++) {
                sd[j] = Math.sqrt(squares[j] / count);
            }
            return sd;
        }
    }

    /**
     * Takes particles evenly spread over the ensemble.
     *
     * @param model whose parameters the particles are
     * @param particles N × d, N ≥ 1, not modified
     * @param iteration the step that they are of
     */
    static Estimate of(ForwardModel model, Ensemble particles, int iteration) {
        int rows = particles.size();
        int taken = Math.min(rows, MOST_PARTICLES);
        Moments parameters = new Moments(particles.dimension());
        List<DerivedField> fields = model.fields();
        List<Moments> ofFields = new ArrayList<>();
        for (DerivedField field : fields) {
            ofFields.add(new Moments(field.geometry().triangleCount()));
        }
        for (int i = 0; i < taken; i++) {
            int offset = particles.offset((int) ((long) i * rows / taken));
            parameters.add(particles.data(), offset);
            for (int k = 0; k < fields.size(); k++) {
                double[] values = new double[fields.get(k).geometry().triangleCount()];
                fields.get(k).evaluate(particles.data(), offset, values);
                ofFields.get(k).add(values, 0);
            }
        }
        List<FieldEstimate> estimates = new ArrayList<>();
        for (int k = 0; k < fields.size(); k++) {
            DerivedField field = fields.get(k);
            estimates.add(
                    new FieldEstimate(
                            field.name(),
                            field.unit(),
                            field.neutral(),
                            field.geometry(),
                            ofFields.get(k).mean,
                            ofFields.get(k).sd()));
        }
        return new Estimate(
                iteration,
                taken,
                model.blocks().get(0).shape().sizes(),
                parameters.mean,
                parameters.sd(),
                estimates);
    }
}
