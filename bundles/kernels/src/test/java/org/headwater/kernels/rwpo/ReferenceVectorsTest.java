package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.special.L1Kernel;
import org.junit.jupiter.api.Test;

/** The layers against vectors computed by independent code. */
class ReferenceVectorsTest {
    private static final Workers WORKERS = new Threads(1);

    @Test
    void jointLayerWithItsDerivatives() {
        for (Vectors v : Vectors.named("rwpo_layer_full")) {
            Layer layer = new Layer(v);
            int n = layer.keys.size();
            int d = layer.keys.dimension();
            int m = layer.queries.size();
            double kappa = layer.beta / (4 * layer.time);
            double[] sumLog = new double[n];
            for (int i = 0; i < n * d; i++) {
                sumLog[i / d] += layer.logZ[i];
            }
            Ensemble barycentre = Ensemble.zeros(m, d);
            double[] logSum = new double[m];
            JointLayer.barycentres(
                    layer.keys, kappa, sumLog, layer.queries, barycentre, logSum, WORKERS);
            v.check("xbar", barycentre.data());

            Ensemble next = Ensemble.zeros(m, d);
            LayerUpdate.step(layer.queries, barycentre, layer.prox, layer.step, layer.time, next);
            v.check("new", next.data());

            double[] weights = new double[m * n];
            double[] jacobians = new double[m * d * d];
            double[] divergence = new double[m];
            double[] logDet = new double[m];
            double[] density = new double[m];
            double[] score = new double[m * d];
            double[] w = new double[n];
            double[] mean = new double[d];
            double[] covariance = new double[d * d];
            double[] j = new double[d * d];
            for (int i = 0; i < m; i++) {
                double[] a = layer.queries.point(i);
                double log = JointLayer.moments(layer.keys, kappa, sumLog, a, w, mean, covariance);
                assertEquals(logSum[i], log, 1e-13);
                System.arraycopy(w, 0, weights, i * n, n);
                double[] slope = Arrays.copyOfRange(layer.proxSlope, i * d, (i + 1) * d);
                LayerUpdate.jacobian(covariance, slope, layer.step, layer.time, layer.beta, j);
                System.arraycopy(j, 0, jacobians, i * d * d, d * d);
                logDet[i] = LayerUpdate.logAbsDeterminant(j, d);
                double potential = 0;
                double[] sign = new double[d];
                for (int k = 0; k < d; k++) {
                    divergence[i] += j[k * d + k] - 1;
                    potential += layer.lambda * Math.abs(a[k]);
                    sign[k] = layer.lambda * Math.signum(a[k]);
                }
                density[i] = LayerUpdate.logDensity(logSum[i], n, potential, layer.beta);
                double[] s = new double[d];
                LayerUpdate.score(a, mean, sign, layer.time, layer.beta, s);
                System.arraycopy(s, 0, score, i * d, d);
            }
            v.check("W", weights);
            v.check("J", jacobians);
            v.check("div", divergence);
            v.check("logabsdet", logDet);
            v.check("log_Krho", density);
            v.check("score", score);

            Ensemble own = Ensemble.zeros(n, d);
            double[] self = new double[n];
            JointLayer.self(layer.keys, kappa, sumLog, own, self, WORKERS);
            Vectors.close("xbar", Arrays.copyOf(v.output("xbar"), n * d), own.data(), 1e-10);
            for (int i = 0; i < n; i++) {
                assertEquals(v.output("W")[i * n + i], self[i], 1e-10);
            }
        }
    }

    @Test
    void tensorisedLayerWithItsDerivatives() {
        for (Vectors v : Vectors.named("rwpo_layer_tensorised")) {
            Layer layer = new Layer(v);
            int n = layer.keys.size();
            int d = layer.keys.dimension();
            int m = layer.queries.size();
            double[] kappa = new double[d];
            Arrays.fill(kappa, layer.beta / (4 * layer.time));
            Ensemble logZ = Ensemble.of(n, d, layer.logZ);
            Ensemble barycentre = Ensemble.zeros(m, d);
            Ensemble variance = Ensemble.zeros(m, d);
            Ensemble logSum = Ensemble.zeros(m, d);
            TensorisedLayer.barycentres(
                    layer.keys, kappa, logZ, layer.queries, barycentre, variance, logSum, WORKERS);
            v.check("xbar", barycentre.data());

            Ensemble next = Ensemble.zeros(m, d);
            LayerUpdate.step(layer.queries, barycentre, layer.prox, layer.step, layer.time, next);
            v.check("new", next.data());

            double[] diagonal = new double[m * d];
            LayerUpdate.jacobianDiagonal(
                    variance.data(), layer.proxSlope, layer.step, layer.time, layer.beta, diagonal);
            v.check("Jdiag", diagonal);
            double[] divergence = new double[m];
            double[] logDet = new double[m];
            for (int i = 0; i < m * d; i++) {
                divergence[i / d] += diagonal[i] - 1;
                logDet[i / d] += Math.log(Math.abs(diagonal[i]));
            }
            v.check("div", divergence);
            v.check("logabsdet", logDet);

            Ensemble own = Ensemble.zeros(n, d);
            double[] self = new double[d];
            TensorisedLayer.self(layer.keys, kappa, logZ, own, self, WORKERS);
            Vectors.close("xbar", Arrays.copyOf(v.output("xbar"), n * d), own.data(), 1e-10);
            double[] expected = new double[d];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < d; j++) {
                    expected[j] += v.output("W")[(i * n + i) * d + j] / n;
                }
            }
            Vectors.close("mean w_ii", expected, self, 1e-10);
        }
    }

    @Test
    void smoothTensorisedLayer() {
        for (Vectors v : Vectors.named("rwpo_layer_smooth_tensorised")) {
            double lambda = v.parameter("lam");
            double beta = v.parameter("beta");
            double h = v.parameter("h");
            Ensemble x = v.points("X");
            int n = x.size();
            int d = x.dimension();
            Ensemble logZ = Ensemble.zeros(n, d);
            Ensemble mean = Ensemble.zeros(n, d);
            double[] slope = new double[n * d];
            L1Kernel.evaluate(lambda, h, beta, x.data(), logZ.data(), mean.data(), slope);
            for (int i = 0; i < slope.length; i++) {
                slope[i] *= beta / (2 * h);
            }
            v.check("dm1", slope);
            double[] kappa = new double[d];
            Arrays.fill(kappa, beta / (4 * h));
            Ensemble barycentre = Ensemble.zeros(n, d);
            Ensemble variance = Ensemble.zeros(n, d);
            Ensemble logSum = Ensemble.zeros(n, d);
            TensorisedLayer.barycentres(x, kappa, logZ, x, barycentre, variance, logSum, WORKERS);
            Ensemble next = Ensemble.zeros(n, d);
            LayerUpdate.step(x, barycentre, mean, h, h, next);
            v.check("x_new", next.data());
            double[] diagonal = new double[n * d];
            LayerUpdate.jacobianDiagonal(variance.data(), slope, h, h, beta, diagonal);
            v.check("Jdiag", diagonal);
        }
    }

    @Test
    void covarianceCorrectedStep() {
        for (Vectors v : Vectors.named("cc_step")) {
            Ensemble x = v.points("X");
            int n = x.size();
            int d = x.dimension();
            double[] lambda = v.parameters("lam");
            double[] time = v.parameters("T");
            double beta = v.parameter("beta");
            double[] hessian = v.input("H");
            double[] b = v.input("b");

            L1 prior = new L1(lambda);
            double[] m1 = new double[n * d];
            double[] v1 = new double[n * d];
            double[] kappa = new double[d];
            for (int j = 0; j < d; j++) {
                double[] y = new double[n];
                double[] m = new double[n];
                double[] s = new double[n];
                for (int i = 0; i < n; i++) {
                    y[i] = x.get(i, j);
                }
                prior.kernel(j, time[j], beta, y, new double[n], m, s);
                for (int i = 0; i < n; i++) {
                    m1[i * d + j] = m[i];
                    v1[i * d + j] = s[i];
                }
                kappa[j] = beta / (4 * time[j]);
            }
            v.check("m1", m1);
            v.check("v1", v1);

            Ensemble logZ = Ensemble.zeros(n, d);
            double[] mean = new double[d];
            double[] variance = new double[d];
            MixtureReadout.evaluate(prior, x, time, beta, logZ, mean, variance, WORKERS);
            v.check("DK", variance);

            Ensemble barycentre = Ensemble.zeros(n, d);
            TensorisedLayer.self(x, kappa, logZ, barycentre, new double[d], WORKERS);
            v.check("xbar", barycentre.data());

            CovarianceCorrection correction = CovarianceCorrection.of(x, WORKERS);
            v.check("R", correction.correlation());
            Ensemble corr = Ensemble.zeros(n, d);
            correction.apply(x, correction.sd(), variance, corr, WORKERS);
            v.check("corr", corr.data());

            double[] drift = new double[n * d];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < d; j++) {
                    int at = i * d + j;
                    double gradient = -b[j];
                    for (int k = 0; k < d; k++) {
                        gradient += hessian[j * d + k] * x.get(i, k);
                    }
                    double prox = L1Kernel.softThreshold(x.get(i, j), lambda[j] * time[j]);
                    drift[at] =
                            (prox - barycentre.data()[at]) / (2 * time[j])
                                    - gradient
                                    + corr.data()[at] / beta;
                }
            }
            v.check("v", drift);

            double[] l = hessian.clone();
            for (int j = 0; j < d; j++) {
                l[j * d + j] += 0.5 * lambda[j] * lambda[j];
            }
            DenseCholesky.factor(l, d);
            double[] next = x.data().clone();
            for (int i = 0; i < n; i++) {
                double[] step = Arrays.copyOfRange(drift, i * d, (i + 1) * d);
                DenseCholesky.solve(l, d, step, 1);
                for (int j = 0; j < d; j++) {
                    next[i * d + j] += v.parameter("eta") * step[j];
                }
            }
            v.check("X_new", next);
        }
    }

    /** Inputs common to the layers' vectors: queries are the keys followed by Q. */
    private static final class Layer {
        private final double lambda;
        private final double beta;
        private final double step;
        private final double time;
        private final Ensemble keys;
        private final Ensemble queries;
        private final Ensemble prox;
        private final double[] proxSlope;
        private final double[] logZ;

        Layer(Vectors v) {
            lambda = v.parameter("lam");
            beta = v.parameter("beta");
            step = v.parameter("h");
            time = v.parameter("T");
            keys = v.points("X");
            int n = keys.size();
            int d = keys.dimension();
            double[] x = keys.data();
            double[] q = v.input("Q");
            double[] all = Arrays.copyOf(x, x.length + q.length);
            System.arraycopy(q, 0, all, x.length, q.length);
            queries = Ensemble.of(all.length / d, d, all);
            prox = Ensemble.zeros(all.length / d, d);
            L1Kernel.softThreshold(all, lambda * step, prox.data());
            proxSlope = new double[all.length];
            for (int i = 0; i < all.length; i++) {
                proxSlope[i] = Math.abs(all[i]) > lambda * step ? 1 : 0;
            }
            logZ = new double[n * d];
            if (v.word("normaliser").equals("exact")) {
                L1Kernel.evaluate(
                        lambda, time, beta, x, logZ, new double[n * d], new double[n * d]);
            } else {
                L1Kernel.laplace(lambda, time, beta, x, logZ);
            }
        }
    }
}
