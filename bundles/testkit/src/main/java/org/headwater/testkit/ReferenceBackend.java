package org.headwater.testkit;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;

/** The layers as their definition says, in double precision, on one thread; O(N²d). */
final class ReferenceBackend implements KernelBackend {
    @Override
    public String description() {
        return "reference";
    }

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
        double[] weight = new double[n];
        for (int i = 0; i < n; i++) {
            for (int l = 0; l < n; l++) {
                double square = 0;
                for (int j = 0; j < d; j++) {
                    square += Math.pow(x.get(i, j) - x.get(l, j), 2);
                }
                weight[l] = -kappa * square - logNormaliser[l];
            }
            softmax(weight);
            for (int j = 0; j < d; j++) {
                double sum = 0;
                for (int l = 0; l < n; l++) {
                    sum += weight[l] * x.get(l, j);
                }
                barycentre.data()[i * d + j] = sum;
            }
            selfWeight[i] = weight[i];
        }
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
        double[] weight = new double[n];
        for (int j = 0; j < d; j++) {
            selfWeight[j] = 0;
            for (int i = 0; i < n; i++) {
                for (int l = 0; l < n; l++) {
                    double gap = x.get(i, j) - x.get(l, j);
                    weight[l] = -kappa[j] * gap * gap - logNormaliser.get(l, j);
                }
                softmax(weight);
                double sum = 0;
                for (int l = 0; l < n; l++) {
                    sum += weight[l] * x.get(l, j);
                }
                barycentre.data()[i * d + j] = sum;
                selfWeight[j] += weight[i] / n;
            }
        }
    }

    private static void softmax(double[] w) {
        double max = Double.NEGATIVE_INFINITY;
        for (double v : w) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (int l = 0; l < w.length; l++) {
            w[l] = Math.exp(w[l] - max);
            sum += w[l];
        }
        for (int l = 0; l < w.length; l++) {
            w[l] /= sum;
        }
    }
}
