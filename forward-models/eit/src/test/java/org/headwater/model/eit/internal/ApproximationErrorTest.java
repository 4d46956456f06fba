package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.assertInvalid;
import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.headwater.api.Ensemble;
import org.junit.jupiter.api.Test;

class ApproximationErrorTest {
    private static final double FIELD_SD = 0.2;
    private static final double NOISE = 3e-3;

    private static EitModel model(int nodes, Object... more) {
        Map<String, Object> settings =
                with(
                        smallTank(),
                        "mesh",
                        map("nodes", nodes),
                        "background",
                        0.3,
                        "contact-impedance",
                        2e-3);
        settings.putAll(map(more));
        return Problems.create(settings, map("currents", "adjacent"), Path.of(""));
    }

    private static final Map<String, Object> ERROR =
            map("nodes", 1500, "samples", 100, "coefficient-sd", FIELD_SD);

    /** Nominal 90 % intervals for tanks on a mesh that is finer than that of the draws, too. */
    @Test
    void intervalsOfACoarseMeshHoldWhatTheySay() {
        EitModel truth = model(2500);
        double plain = coverage(truth, model(250));
        double corrected = coverage(truth, model(250, "approximation-error", ERROR));
        assertTrue(plain < 0.5, "without: " + plain);
        // 500 intervals that are dependent within 20 tanks: sd about .02
        assertTrue(corrected > 0.82 && corrected < 0.97, "with: " + corrected);
    }

    /** The share of coefficients that mean ± 1.645 sd of the Laplace approximation holds. */
    private static double coverage(EitModel truth, EitModel model) {
        Problems.Stream random = new Problems.Stream(7);
        int m = truth.dataSize();
        int d = model.dimension();
        int fields = truth.dimension();
        int held = 0;
        int all = 0;
        for (int trial = 0; trial < 20; trial++) {
            double[] x = new double[fields];
            for (int j = 0; j < fields; j++) {
                x[j] = FIELD_SD * random.gaussian();
            }
            double[] measured = new double[m];
            truth.evaluator().predict(Ensemble.of(1, fields, x), 0, 1, measured);
            double largest = 0;
            for (double v : measured) {
                largest = Math.max(largest, Math.abs(v));
            }
            double sd = NOISE * largest;
            for (int k = 0; k < m; k++) {
                measured[k] += sd * random.gaussian();
            }
            double[] theta = new double[d];
            RealMatrix covariance = null;
            for (int step = 0; step < 4; step++) {
                covariance = gaussNewton(model, measured, sd, theta, fields);
            }
            for (int j = 0; j < fields; j++) {
                double half = 1.645 * Math.sqrt(covariance.getEntry(j, j));
                held += Math.abs(theta[j] - x[j]) < half ? 1 : 0;
                all++;
            }
        }
        return (double) held / all;
    }

    /** A step towards the MAP; returns the covariance where it started. */
    private static RealMatrix gaussNewton(
            EitModel model, double[] measured, double sd, double[] theta, int fields) {
        int m = measured.length;
        int d = theta.length;
        double[] v = new double[m];
        double[] flat = new double[m * d];
        model.evaluator().jacobian(theta, v, flat);
        RealMatrix jacobian = new Array2DRowRealMatrix(m, d);
        double[] right = new double[m];
        for (int k = 0; k < m; k++) {
            for (int j = 0; j < d; j++) {
                jacobian.setEntry(k, j, flat[k * d + j] / sd);
            }
            right[k] = (measured[k] - v[k]) / sd;
        }
        RealMatrix hessian = jacobian.transpose().multiply(jacobian);
        double[] gradient = jacobian.preMultiply(right);
        for (int j = 0; j < d; j++) {
            double precision = j < fields ? 1 / (FIELD_SD * FIELD_SD) : 1;
            hessian.addToEntry(j, j, precision);
            gradient[j] -= precision * theta[j];
        }
        RealMatrix covariance = new CholeskyDecomposition(hessian).getSolver().getInverse();
        double[] step = covariance.operate(gradient);
        for (int j = 0; j < d; j++) {
            theta[j] += step[j];
        }
        return covariance;
    }

    /** The homogeneous tank has no error in differences to it. */
    @Test
    void differencesToTheReference() {
        EitModel fine = model(500);
        EitModel coarse = model(250);
        double tiny = 1e-6;
        ApproximationError plain =
                ApproximationError.of(
                        fine, coarse, false, 20, tiny, new Problems.Stream(1), "error");
        ApproximationError difference =
                ApproximationError.of(
                        fine, coarse, true, 20, tiny, new Problems.Stream(1), "error");
        double[] zero = new double[coarse.dimension()];
        double[] a = new double[coarse.dataSize()];
        double[] b = new double[coarse.dataSize()];
        fine.evaluator().predict(Ensemble.of(1, zero.length, zero), 0, 1, a);
        coarse.evaluator().predict(Ensemble.of(1, zero.length, zero), 0, 1, b);
        for (int k = 0; k < a.length; k++) {
            assertEquals(a[k] - b[k], plain.mean()[k], 1e-5 * Math.abs(a[0]));
            assertEquals(0, difference.mean()[k], 1e-5 * Math.abs(a[0]));
        }
        assertEquals(plain.size(), difference.size());
    }

    @Test
    void whatCannotBeIsRefused() {
        assertInvalid(
                "forward-model.approximation-error.nodes",
                () -> model(250, "approximation-error", with(ERROR, "nodes", 200)),
                "must exceed 250");
        assertInvalid(
                "forward-model.approximation-error",
                () -> model(250, "approximation-error", ERROR, "basis", map("type", "elements")),
                "elements",
                "blobs");
        assertInvalid(
                "forward-model.approximation-error.coefficient-sd",
                () ->
                        model(
                                250,
                                "approximation-error",
                                with(ERROR, "coefficient-sd", 1e9, "samples", 10)),
                "lower it");
        assertInvalid(
                "forward-model.approximation-error.coefficient-sd",
                () -> model(250, "approximation-error", map("samples", 10)),
                "missing");
        assertEquals(
                List.of("field", "model-error"),
                model(250, "approximation-error", with(ERROR, "samples", 10)).blocks().stream()
                        .map(block -> block.name())
                        .toList());
    }
}
