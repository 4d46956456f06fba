package org.headwater.model.eit.internal;

import java.util.Arrays;
import org.headwater.api.InvalidInputException;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * A homogeneous tank: conductivity and contact impedance, given or fitted to voltages.
 *
 * @param conductivity σ₀, S/m
 * @param contactImpedance z, Ω·m², common to all electrodes
 * @param residual |V_model − V| / |V| of the fit, NaN when nothing was fitted
 */
record Homogeneous(double conductivity, double contactImpedance, double residual) {
    /** What stands for an unknown when there are no voltages to fit it to. */
    private static final Homogeneous NOMINAL = new Homogeneous(0.1, 1e-3, Double.NaN);

    /** Range of z·σ over the size of the tank that a fit looks at. */
    private static final double LOWEST_RATIO = 1e-7;

    private static final double HIGHEST_RATIO = 10;
    private static final int STEPS = 50;

    /** The given values; those that are NaN are replaced by nominal ones, 0.1 S/m and 1e-3 Ω·m². */
    static Homogeneous nominal(double background, double contactImpedance) {
        return new Homogeneous(
                Double.isNaN(background) ? NOMINAL.conductivity : background,
                Double.isNaN(contactImpedance) ? NOMINAL.contactImpedance : contactImpedance,
                Double.NaN);
    }

    /** The voltages used of this tank, V. */
    double[] voltages(CompleteElectrodeModel model, Experiment experiment, double height) {
        return new Solver(model, experiment, height).voltages(this);
    }

    /**
     * Fits the unknown ones of σ₀ and z to voltages by least squares: Gauss–Newton on their logs
     * with halved steps, from the best of a scan of z·σ₀. With V(cσ, z/c) = V(σ, z)/c, ∂V/∂log σ =
     * ∂V/∂log z − V.
     *
     * @param measured the voltages used, V
     * @param background σ₀ in S/m, or NaN to fit it
     * @param contactImpedance z in Ω·m², or NaN to fit it
     * @param key the key that named the voltages, for messages
     * @throws InvalidInputException if the voltages have the wrong sign, or are best explained by
     *     electrodes without contact, or all zero
     */
    static Homogeneous fit(
            CompleteElectrodeModel model,
            Experiment experiment,
            double height,
            double[] measured,
            double background,
            double contactImpedance,
            String key) {
        Solver solver = new Solver(model, experiment, height);
        boolean fitSigma = Double.isNaN(background);
        boolean fitZ = Double.isNaN(contactImpedance);
        double norm = Math.sqrt(dot(measured, measured));
        if (!(norm > 0)) {
            throw InvalidInputException.of(
                    key, "must hold voltages other than zero", null, "check the file");
        }
        Homogeneous best = null;
        for (int i = 0; i <= 16; i++) {
            double ratio =
                    model.mesh().radius()
                            * LOWEST_RATIO
                            * Math.pow(HIGHEST_RATIO / LOWEST_RATIO, (i + 0.5) / 17);
            Homogeneous trial;
            if (fitSigma && fitZ) {
                double[] unit = solver.voltages(new Homogeneous(1, ratio, Double.NaN));
                double scale = dot(unit, unit) / dot(unit, measured);
                if (!(scale > 0)) {
                    continue;
                }
                trial = new Homogeneous(scale, ratio / scale, Double.NaN);
            } else if (fitSigma) {
                trial = new Homogeneous(ratio / contactImpedance, contactImpedance, Double.NaN);
            } else {
                trial = new Homogeneous(background, ratio / background, Double.NaN);
            }
            trial = solver.rated(trial, measured);
            if (best == null || trial.residual < best.residual) {
                best = trial;
            }
        }
        double[] predicted = best == null ? null : solver.voltages(best);
        if (predicted == null || dot(predicted, measured) <= 0) {
            throw InvalidInputException.of(
                    key,
                    "must have the sign of the model's voltages for a homogeneous tank",
                    "the opposite",
                    "check the order of the electrodes, the sign of measurement-pattern, and which"
                            + " currents belong to the file");
        }
        for (int i = 0; i < STEPS; i++) {
            Homogeneous next = solver.step(best, measured, fitSigma, fitZ);
            boolean done = best.residual - next.residual <= 1e-13 * best.residual;
            if (next.residual < best.residual) {
                best = next;
            }
            if (done) {
                break;
            }
        }
        return best;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Solves homogeneous tanks. */
    private static final class Solver {
        private final CompleteElectrodeModel model;
        private final Experiment experiment;
        private final double height;
        private final CompleteElectrodeModel.Workspace workspace;

        Solver(CompleteElectrodeModel model, Experiment experiment, double height) {
            this.model = model;
            this.experiment = experiment;
            this.height = height;
            this.workspace = model.workspace();
        }

        double[] voltages(Homogeneous tank) {
            int electrodes = model.mesh().electrodes();
            double[] sigma = new double[model.mesh().triangles()];
            double[] z = new double[electrodes];
            Arrays.fill(sigma, tank.conductivity * height);
            Arrays.fill(z, tank.contactImpedance / height);
            double[] out = new double[experiment.dataSize()];
            if (!workspace.factor(sigma, z)) {
                Arrays.fill(out, Double.NaN);
                return out;
            }
            double[] g = new double[electrodes * electrodes];
            workspace.transfer(g);
            experiment.voltages(g, new double[experiment.scratchSize()], out, 0);
            return out;
        }

        Homogeneous rated(Homogeneous tank, double[] measured) {
            double[] v = voltages(tank);
            double sum = 0;
            for (int i = 0; i < v.length; i++) {
                sum += (v[i] - measured[i]) * (v[i] - measured[i]);
            }
            double residual = Math.sqrt(sum / dot(measured, measured));
            return new Homogeneous(tank.conductivity, tank.contactImpedance, residual);
        }

        /** A Gauss–Newton step on (log σ, log z), halved until it betters the fit. */
        Homogeneous step(Homogeneous from, double[] measured, boolean fitSigma, boolean fitZ) {
            int n = measured.length;
            double[] v = voltages(from);
            double[] byZ = logImpedanceDerivative();
            double[] r = new double[n];
            double[] bySigma = new double[n];
            for (int i = 0; i < n; i++) {
                r[i] = measured[i] - v[i];
                bySigma[i] = byZ[i] - v[i];
            }
            double ss = fitSigma ? dot(bySigma, bySigma) : 1;
            double zz = fitZ ? dot(byZ, byZ) : 1;
            double sz = fitSigma && fitZ ? dot(bySigma, byZ) : 0;
            double rs = fitSigma ? dot(bySigma, r) : 0;
            double rz = fitZ ? dot(byZ, r) : 0;
            double determinant = ss * zz - sz * sz;
            double ds = (zz * rs - sz * rz) / determinant;
            double dz = (ss * rz - sz * rs) / determinant;
            double scale = Math.min(1, 2 / Math.max(Math.abs(ds), Math.abs(dz)));
            for (int k = 0; k < 30; k++) {
                double ratioLimited =
                        limited(from.contactImpedance * Math.exp(scale * dz), from, scale * ds);
                Homogeneous trial =
                        rated(
                                new Homogeneous(
                                        from.conductivity * Math.exp(scale * ds),
                                        ratioLimited,
                                        Double.NaN),
                                measured);
                if (trial.residual < from.residual) {
                    return trial;
                }
                scale /= 2;
            }
            return from;
        }

        /** Keeps z·σ in the range of the scan, where the equations can be solved well. */
        private double limited(double z, Homogeneous from, double logSigmaStep) {
            double sigma = from.conductivity * Math.exp(logSigmaStep);
            double r = model.mesh().radius();
            return Math.max(LOWEST_RATIO * r / sigma, Math.min(HIGHEST_RATIO * r / sigma, z));
        }

        /** ∂V/∂log z at the tank that was solved last. */
        private double[] logImpedanceDerivative() {
            int electrodes = model.mesh().electrodes();
            int pairs = model.pairs();
            double[] dSigma = new double[pairs * model.mesh().triangles()];
            double[] dLogZ = new double[pairs * electrodes];
            workspace.sensitivities(dSigma, dLogZ);
            double[] packed = new double[pairs];
            for (int k = 0; k < pairs; k++) {
                for (int l = 0; l < electrodes; l++) {
                    packed[k] += dLogZ[k * electrodes + l];
                }
            }
            double[] out = new double[experiment.dataSize()];
            experiment.differentials(packed, 1, new double[electrodes], out, 0, 1);
            return out;
        }
    }
}
