package org.headwater.backend.nd4j.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.rwpo.Shapes;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The layers by matrix products and elementwise operations of ND4J, a tile of queries against all
 * keys at a time.
 *
 * <p>On the CPU ND4J's own threads are switched off: tiles are dealt to the workers, and as they
 * depend on the ensemble's size only, so do the results. On a card the caller's thread does it all.
 * Source: arXiv 2510.16356.
 */
final class Nd4jBackend implements KernelBackend {
    /** Where exponents get larger than this, single precision would not know their last digits. */
    static final double SINGLE_REACH = 1e3;

    /** Where exponents get larger than this, differences are taken before they are squared. */
    static final double PRODUCT_REACH = 1e4;

    private final Precision precision;
    private final boolean cpu;
    private final String device;

    /** Loads ND4J, which takes seconds the first time. */
    Nd4jBackend(Precision precision) {
        this.precision = precision;
        cpu = Nd4j.getEnvironment().isCPU();
        if (cpu) {
            Nd4j.getEnvironment().setMaxThreads(1);
            Nd4j.getEnvironment().setMaxMasterThreads(1);
            Nd4j.factory().blas().setMaxThreads(1);
        }
        String fault = System.getProperty("headwater.nd4j.no-cuda", "");
        device = cpu ? "CPU" + (fault.isEmpty() ? "" : ", not CUDA: " + fault) : "CUDA";
    }

    @Override
    public String description() {
        return "nd4j ("
                + device
                + (precision == Precision.SINGLE
                        ? ", single precision in the joint layer)"
                        : ", double precision)");
    }

    /** In single precision where its error stays near 1e-6, in double precision otherwise. */
    @Override
    public void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.joint(x, kappa, logNormaliser, barycentre, selfWeight);
        if (n == 0) {
            return;
        }
        System.arraycopy(x.data(), 0, barycentre.data(), 0, n * d);
        softmax(
                barycentre.data(),
                d,
                kappa,
                logNormaliser,
                selfWeight,
                precision == Precision.SINGLE,
                workers);
    }

    @Override
    public void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.tensorised(x, kappa, logNormaliser, barycentre, selfWeight);
        if (n == 0) {
            return;
        }
        double[] column = new double[n];
        double[] logZ = new double[n];
        double[] self = new double[n];
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                column[i] = x.get(i, j);
                logZ[i] = logNormaliser.get(i, j);
            }
            softmax(column, 1, kappa[j], logZ, self, false, workers);
            double sum = 0;
            for (int i = 0; i < n; i++) {
                barycentre.data()[i * d + j] = column[i];
                sum += self[i];
            }
            selfWeight[j] = sum / n;
        }
    }

    /** Replaces particles, N × d, by their barycentres. */
    private void softmax(
            double[] x,
            int d,
            double kappa,
            double[] logNormaliser,
            double[] self,
            boolean single,
            Workers workers) {
        int n = self.length;
        double[] centre = new double[d];
        for (int i = 0; i < x.length; i++) {
            centre[i % d] += x[i] / n;
        }
        for (int i = 0; i < x.length; i++) {
            x[i] -= centre[i % d];
        }
        double reach = reach(x, d, kappa, logNormaliser);
        try (SoftmaxLayer layer =
                reach <= PRODUCT_REACH
                        ? new ProductLayer(
                                n, d, x, kappa, logNormaliser, single && reach <= SINGLE_REACH, cpu)
                        : new DifferenceLayer(n, d, x, kappa, logNormaliser, cpu)) {
            layer.run(x, self, workers);
        }
        for (int i = 0; i < x.length; i++) {
            x[i] += centre[i % d];
        }
    }

    /** The largest number that the exponents by products are made of. */
    private static double reach(double[] x, int d, double kappa, double[] logNormaliser) {
        double farthest = 0;
        for (int i = 0; i < logNormaliser.length; i++) {
            double square = 0;
            for (int k = i * d; k < (i + 1) * d; k++) {
                square += x[k] * x[k];
            }
            farthest = Math.max(farthest, square);
        }
        double low = Arrays.stream(logNormaliser).min().orElse(0);
        double high = Arrays.stream(logNormaliser).max().orElse(0);
        return 2 * kappa * farthest + (high - low);
    }
}
