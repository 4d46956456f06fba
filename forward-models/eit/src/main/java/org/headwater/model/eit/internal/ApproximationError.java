package org.headwater.model.eit.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.InvalidInputException;
import org.headwater.api.ParameterBlock;
import org.headwater.api.RandomStream;

/**
 * What the mesh of an inversion gets wrong: the difference ε = A_fine(x) − A(x) between the
 * voltages of a fine mesh and its own, as a Gaussian ε ~ N(μ, Γ) whose mean and covariance are
 * those of draws x of tanks that are expected. Γ = PPᵀ is kept by the principal modes that hold
 * {@value #KEPT} of its trace, and a model predicts A(x) + μ + Pη with η standard normal:
 * integrated over η, that is noise with Γ added to its covariance.
 *
 * <p>Source: J. Kaipio, E. Somersalo, Statistical inverse problems: discretization, model reduction
 * and inverse crimes, J. Comput. Appl. Math. 198 (2007), doi:10.1016/j.cam.2005.09.027. There Γ is
 * added to the noise; ε is taken as independent of x here as there.
 *
 * @param mean μ, a value for each datum, V
 * @param modes P, data × K row-major, V
 * @param size K
 */
record ApproximationError(double[] mean, double[] modes, int size) {
    private static final double KEPT = 0.999;
    private static final int MOST_MODES = 50;

    /** Spread of the nuisance parameters, which are logarithms, in the draws. */
    private static final double LOG_SD = 0.1;

    /**
     * Compares two models on draws of their common parameters: those of the field are normal with
     * the given standard deviation, log σ₀ and log z have 0.1 about their centres.
     *
     * @param fine the model to be believed
     * @param coarse the model to be used, with the same parameters and data
     * @param difference whether the data are differences to a tank of unchanged conductivity
     * @param key key of the settings, for messages
     */
    static ApproximationError of(
            ForwardModel fine,
            ForwardModel coarse,
            boolean difference,
            int samples,
            double fieldSd,
            RandomStream random,
            String key) {
        Ensemble draws = draws(coarse, samples, fieldSd, random);
        int m = coarse.dataSize();
        double[] exact = new double[(samples + 1) * m];
        double[] cheap = new double[(samples + 1) * m];
        fine.evaluator().predict(draws, 0, samples + 1, exact);
        coarse.evaluator().predict(draws, 0, samples + 1, cheap);
        List<double[]> errors = new ArrayList<>();
        for (int i = 1; i <= samples; i++) {
            double[] error = new double[m];
            double sum = 0;
            for (int k = 0; k < m; k++) {
                error[k] = exact[i * m + k] - cheap[i * m + k];
                if (difference) {
                    error[k] -= exact[k] - cheap[k];
                }
                sum += error[k];
            }
            if (Double.isFinite(sum)) {
                errors.add(error);
            }
        }
        if (errors.size() < Math.max(2, samples / 2)) {
            throw InvalidInputException.of(
                    key + ".coefficient-sd",
                    "must give tanks that can be solved",
                    (samples - errors.size()) + " of " + samples + " cannot",
                    "lower it");
        }
        return principal(errors, m);
    }

    /** The unchanged tank, then the draws. */
    private static Ensemble draws(
            ForwardModel model, int samples, double fieldSd, RandomStream random) {
        Ensemble draws = Ensemble.zeros(samples + 1, model.dimension());
        for (int i = 0; i <= samples; i++) {
            int at = draws.offset(i);
            for (ParameterBlock block : model.blocks()) {
                double sd = i == 0 ? 0 : block.isField() ? fieldSd : LOG_SD;
                for (int j = 0; j < block.size(); j++) {
                    draws.data()[at++] = block.initial()[j] + sd * random.gaussian();
                }
            }
        }
        return draws;
    }

    /** Mean and principal modes, from the eigenvectors of the n × n matrix of inner products. */
    private static ApproximationError principal(List<double[]> errors, int m) {
        int n = errors.size();
        double[] mean = new double[m];
        for (double[] e : errors) {
            for (int k = 0; k < m; k++) {
                mean[k] += e[k] / n;
            }
        }
        double scale = 0;
        for (double[] e : errors) {
            for (int k = 0; k < m; k++) {
                e[k] -= mean[k];
                scale = Math.max(scale, Math.abs(e[k]));
            }
        }
        if (scale == 0) {
            return new ApproximationError(mean, new double[0], 0);
        }
        double[][] products = new double[n][n];
        double trace = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < m; k++) {
                    sum += errors.get(i)[k] / scale * (errors.get(j)[k] / scale);
                }
                products[i][j] = sum / (n - 1);
                products[j][i] = sum / (n - 1);
            }
            trace += products[i][i];
        }
        EigenDecomposition eigen =
                new EigenDecomposition(new Array2DRowRealMatrix(products, false));
        int size = 0;
        double held = 0;
        while (held < KEPT * trace && size < Math.min(MOST_MODES, n - 1)) {
            held += eigen.getRealEigenvalue(size++);
        }
        double[] modes = new double[m * size];
        for (int c = 0; c < size; c++) {
            double[] v = eigen.getEigenvector(c).toArray();
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < m; k++) {
                    modes[k * size + c] += v[i] * errors.get(i)[k] / Math.sqrt(n - 1);
                }
            }
        }
        return new ApproximationError(mean, modes, size);
    }

    /**
     * Adds μ + Pη to predictions.
     *
     * @param theta η from {@code offset} on, not modified
     * @param predicted from {@code at} on, modified
     */
    void addTo(double[] theta, int offset, double[] predicted, int at) {
        for (int k = 0; k < mean.length; k++) {
            double sum = mean[k];
            for (int c = 0; c < size; c++) {
                sum += modes[k * size + c] * theta[offset + c];
            }
            predicted[at + k] += sum;
        }
    }

    /**
     * Pᵀg.
     *
     * @param g not modified
     * @param gradient K values from {@code at} on, overwritten
     */
    void pullBack(double[] g, double[] gradient, int at) {
        for (int c = 0; c < size; c++) {
            double sum = 0;
            for (int k = 0; k < mean.length; k++) {
                sum += modes[k * size + c] * g[k];
            }
            gradient[at + c] = sum;
        }
    }

    /** Copies P into the last columns of a Jacobian with d columns. */
    void putInto(double[] jacobian, int d) {
        for (int k = 0; k < mean.length; k++) {
            System.arraycopy(modes, k * size, jacobian, (k + 1) * d - size, size);
        }
    }
}
