package org.headwater.backend.cuda.internal;

import java.util.Arrays;
import java.util.Random;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;

/** Input of both layers, and what they are by definition, in double precision. */
record LayerInput(Ensemble x, double kappa, double[] logZ, double[] kappas, Ensemble logZs) {
    /** The caller's thread. */
    static final Workers ONE =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(count, from + grain));
                    }
                }
            };

    /** Joint barycentres and self weights, then tensorised. */
    record Result(double[] joint, double[] self, double[] tensorised, double[] selves) {}

    /** Log weights that vary by about slope times what the particles do. */
    static LayerInput of(Ensemble x, double kappa, double slope) {
        double[] logZ = new double[x.size()];
        Ensemble logZs = Ensemble.zeros(x.size(), x.dimension());
        for (int i = 0; i < logZ.length; i++) {
            logZ[i] = slope == 0 ? 0 : -slope * Math.abs(x.get(i, 0));
            for (int j = 0; j < x.dimension(); j++) {
                logZs.data()[i * x.dimension() + j] =
                        slope == 0 ? 0 : slope * Math.cos(x.get(i, j));
            }
        }
        double[] kappas = new double[x.dimension()];
        Arrays.setAll(kappas, j -> kappa * (1 + .1 * j));
        return new LayerInput(x, kappa, logZ, kappas, logZs);
    }

    static LayerInput normal(int n, int d, double kappa, double slope) {
        Random random = new Random(n + 1000L * d);
        Ensemble x = Ensemble.zeros(n, d);
        Arrays.setAll(x.data(), i -> random.nextGaussian());
        return of(x, kappa, slope);
    }

    /** Largest distance from the mean, coordinate by coordinate. */
    double reach() {
        double reach = 0;
        int d = x.dimension();
        for (int k = 0; k < d; k++) {
            double mean = 0;
            for (int i = 0; i < x.size(); i++) {
                mean += x.get(i, k) / x.size();
            }
            for (int i = 0; i < x.size(); i++) {
                reach = Math.max(reach, Math.abs(x.get(i, k) - mean));
            }
        }
        return Math.max(reach, 1e-3);
    }

    Result by(KernelBackend backend) {
        Ensemble joint = Ensemble.zeros(x.size(), x.dimension());
        Ensemble tensorised = Ensemble.zeros(x.size(), x.dimension());
        double[] self = new double[x.size()];
        double[] selves = new double[x.dimension()];
        backend.joint(x, kappa, logZ, joint, self, ONE);
        backend.tensorised(x, kappas, logZs, tensorised, selves, ONE);
        return new Result(joint.data(), self, tensorised.data(), selves);
    }

    Result directly() {
        int n = x.size();
        int d = x.dimension();
        Result out = new Result(new double[n * d], new double[n], new double[n * d], new double[d]);
        double[] joint = new double[n];
        double[] own = new double[n];
        for (int i = 0; i < n; i++) {
            for (int l = 0; l < n; l++) {
                double square = 0;
                for (int k = 0; k < d; k++) {
                    square += Math.pow(x.get(i, k) - x.get(l, k), 2);
                }
                joint[l] = -kappa * square - logZ[l];
            }
            softmax(joint);
            out.self[i] = joint[i];
            for (int k = 0; k < d; k++) {
                out.joint[i * d + k] = mean(joint, k);
                for (int l = 0; l < n; l++) {
                    double square = Math.pow(x.get(i, k) - x.get(l, k), 2);
                    own[l] = -kappas[k] * square - logZs.get(l, k);
                }
                softmax(own);
                out.selves[k] += own[i] / n;
                out.tensorised[i * d + k] = mean(own, k);
            }
        }
        return out;
    }

    private double mean(double[] weight, int k) {
        double sum = 0;
        for (int l = 0; l < weight.length; l++) {
            sum += weight[l] * x.get(l, k);
        }
        return sum;
    }

    private static void softmax(double[] w) {
        double max = Arrays.stream(w).max().orElse(0);
        Arrays.setAll(w, l -> Math.exp(w[l] - max));
        double sum = Arrays.stream(w).sum();
        Arrays.setAll(w, l -> w[l] / sum);
    }
}
