package org.headwater.model.eit.internal;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
import org.headwater.api.InvalidInputException;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * A homogeneous tank: conductivity and contact impedance, given or fitted to voltages.
 *
 * @param conductivity σ₀, S/m
 * @param contactImpedance z, Ω·m², of the electrodes in the mean
 * @param ratios z_l/z of each electrode
 * @param residual |V_model − V| / |V| of the fit, NaN when nothing was fitted
 */
record Homogeneous(double conductivity, double contactImpedance, double[] ratios, double residual) {
    /** What stands for an unknown when there are no voltages to fit it to: S/m and Ω·m². */
    private static final double NOMINAL_CONDUCTIVITY = 0.1;

    private static final double NOMINAL_IMPEDANCE = 1e-3;

    /** Standard deviation of log z_l, each electrode's own, about that of all. */
    static final double LOG_IMPEDANCE_SD = 1.5;

    private static final int MAX_STEPS = 50;
    private static final int MAX_HALVINGS = 20;

    /** The range of zσ₀/R, R the size of the tank, that a fit looks at. */
    private static final double LOWEST_RATIO = 1e-7;

    private static final double HIGHEST_RATIO = 10;
    private static final int SCAN = 17;

    /** Centre and standard deviation of the prior of log(zσ₀/R) that makes z well determined. */
    private static final double USUAL_RATIO = 1e-3;

    private static final double LOG_RATIO_SD = 1;

    /** The given values; those that are NaN are replaced by nominal ones, 0.1 S/m and 1e-3 Ω·m². */
    static Homogeneous nominal(double background, double contactImpedance, double[] ratios) {
        return new Homogeneous(
                Double.isNaN(background) ? NOMINAL_CONDUCTIVITY : background,
                Double.isNaN(contactImpedance) ? NOMINAL_IMPEDANCE : contactImpedance,
                ratios,
                Double.NaN);
    }

    /** z_l of an electrode, Ω·m². */
    double contactImpedance(int electrode) {
        return contactImpedance * ratios[electrode];
    }

    /** The contact impedances for people: one number, or the least and the largest. */
    String contactImpedanceText() {
        double least = contactImpedance * Arrays.stream(ratios).min().orElseThrow();
        double largest = contactImpedance * Arrays.stream(ratios).max().orElseThrow();
        return least == largest
                ? String.format(Locale.ROOT, "%.4g", least)
                : String.format(Locale.ROOT, "%.4g to %.4g", least, largest);
    }

    /** The voltages used of this tank, V. */
    double[] voltages(CompleteElectrodeModel model, Experiment experiment, double height) {
        int electrodes = model.mesh().electrodes();
        double[] sigma = new double[model.mesh().triangles()];
        double[] z = new double[electrodes];
        Arrays.fill(sigma, conductivity * height);
        for (int l = 0; l < electrodes; l++) {
            z[l] = contactImpedance(l) / height;
        }
        double[] out = new double[experiment.dataSize()];
        CompleteElectrodeModel.Workspace workspace = model.workspace();
        if (!workspace.factor(sigma, z)) {
            Arrays.fill(out, Double.NaN);
            return out;
        }
        double[] g = new double[electrodes * electrodes];
        workspace.transfer(g);
        experiment.voltages(g, new double[experiment.scratchSize()], out, 0);
        return out;
    }

    /**
     * Fits the unknown ones of σ₀ and z to voltages V. As V(cσ, z/c) = V(σ, z)/c, voltages of a
     * trial ρ = zσ₀ follow for every σ₀ from one solution, and the best σ₀ from a division; what is
     * left is a search over ρ, a scan and Brent's method.
     *
     * <p>z acts on few of the voltages, and with objects in the tank least squares alone drive it
     * to 0 (frame 2_1 of KIT4) or to tenfold (1_2). So L·log|V_model − V| + (log(ρ/R) − log
     * 10⁻³)²/2 is made smallest when z is fitted: a likelihood of unknown scale with as many
     * independent errors as electrodes, as the model's errors come electrode by electrode, and a
     * broad prior. It vanishes against voltages that fit well.
     *
     * @param measured the voltages used, V
     * @param background σ₀ in S/m, or NaN to fit it
     * @param contactImpedance z in Ω·m², or NaN to fit it; not both given
     * @param ratios z_l/z of each electrode
     * @param key the key that named the voltages, for messages
     * @throws InvalidInputException if the voltages are all zero or have the opposite sign
     */
    static Homogeneous fit(
            CompleteElectrodeModel model,
            Experiment experiment,
            double height,
            double[] measured,
            double background,
            double contactImpedance,
            double[] ratios,
            String key) {
        double size = model.mesh().radius();
        if (!(dot(measured, measured) > 0)) {
            throw InvalidInputException.of(
                    key, "must hold voltages other than zero", "zeros only", "check the file");
        }
        Trial trial =
                logRatio -> {
                    double rho = size * Math.exp(logRatio);
                    double[] unit =
                            new Homogeneous(1, rho, ratios, Double.NaN)
                                    .voltages(model, experiment, height);
                    double sigma = background;
                    if (Double.isNaN(background)) {
                        sigma =
                                Double.isNaN(contactImpedance)
                                        ? dot(unit, unit) / dot(unit, measured)
                                        : rho / contactImpedance;
                    }
                    double z = Double.isNaN(contactImpedance) ? rho / sigma : contactImpedance;
                    return new Homogeneous(sigma, z, ratios, distance(unit, 1 / sigma, measured));
                };
        UnivariateFunction objective =
                logRatio -> {
                    Homogeneous tank = trial.at(logRatio);
                    double off = (logRatio - Math.log(USUAL_RATIO)) / LOG_RATIO_SD;
                    return tank.conductivity > 0 && tank.residual < Double.POSITIVE_INFINITY
                            ? model.mesh().electrodes() * Math.log(Math.max(tank.residual, 1e-15))
                                    + (Double.isNaN(contactImpedance) ? off * off / 2 : 0)
                            : Double.MAX_VALUE;
                };
        double first = Math.log(LOWEST_RATIO);
        double step = (Math.log(HIGHEST_RATIO) - first) / (SCAN - 1);
        int best = 0;
        double lowest = Double.MAX_VALUE;
        for (int i = 0; i < SCAN; i++) {
            double value = objective.value(first + i * step);
            if (value < lowest) {
                lowest = value;
                best = i;
            }
        }
        double middle = first + best * step;
        double found =
                new BrentOptimizer(1e-10, 1e-10)
                        .optimize(
                                new MaxEval(1000),
                                new UnivariateObjectiveFunction(objective),
                                GoalType.MINIMIZE,
                                new SearchInterval(middle - step, middle + step, middle))
                        .getPoint();
        Homogeneous tank = trial.at(found);
        if (!(tank.conductivity > 0 && tank.residual < 1)) {
            throw InvalidInputException.of(
                    key,
                    "must have the sign and order of the model's voltages for a homogeneous tank",
                    "voltages that none comes near to",
                    "check units, the order of the electrodes, the sign of measurement-pattern,"
                            + " and which currents belong to the file");
        }
        return tank;
    }

    /**
     * Fits the contact impedance of each electrode, and σ₀ once more unless it is given, from this
     * fit of a common one on. As in {@link #fit}, L·log|V_model − V| + Σ(log z_l − log z)²/(2·1.5²)
     * is made smallest, by Gauss–Newton steps that are halved until they descend; z is this fit's.
     *
     * @param measured the voltages used, V
     * @param background σ₀ in S/m, or NaN to fit it
     */
    Homogeneous fitEach(
            CompleteElectrodeModel model,
            Experiment experiment,
            double height,
            double[] measured,
            double background) {
        int electrodes = ratios.length;
        int n = electrodes + (Double.isNaN(background) ? 1 : 0);
        double[] u = new double[n];
        double[] jacobian = new double[measured.length * n];
        Homogeneous best = withLogs(u, model, experiment, height, measured);
        for (int step = 0; step < MAX_STEPS && best.residual > 1e-12; step++) {
            double[] v = best.derivatives(model, experiment, height, n, jacobian);
            double weight = electrodes / square(best.residual * Math.sqrt(dot(measured, measured)));
            double[] h = new double[n * n];
            double[] g = new double[n];
            for (int i = 0; i < v.length; i++) {
                for (int a = 0; a < n; a++) {
                    double w = weight * jacobian[i * n + a];
                    g[a] -= w * (v[i] - measured[i]);
                    for (int b = 0; b < n; b++) {
                        h[a * n + b] += w * jacobian[i * n + b];
                    }
                }
            }
            for (int l = 0; l < electrodes; l++) {
                g[l] -= u[l] / square(LOG_IMPEDANCE_SD);
                h[l * n + l] += 1 / square(LOG_IMPEDANCE_SD);
            }
            if (!DenseCholesky.factor(h, n)) {
                break;
            }
            DenseCholesky.solve(h, n, g, 1);
            double before = objective(best, u);
            double t = 1;
            for (int k = 0; k < MAX_HALVINGS; k++, t /= 2) {
                double[] next = u.clone();
                for (int a = 0; a < n; a++) {
                    next[a] += t * g[a];
                }
                Homogeneous trial = withLogs(next, model, experiment, height, measured);
                if (objective(trial, next) < before) {
                    u = next;
                    best = trial;
                    break;
                }
            }
            if (!(objective(best, u) < before - 1e-9)) {
                break;
            }
        }
        return best;
    }

    /** The tank with log z_l, and log σ₀ where there is one more, changed by u. */
    private Homogeneous withLogs(
            double[] u,
            CompleteElectrodeModel model,
            Experiment experiment,
            double height,
            double[] measured) {
        double[] changed = ratios.clone();
        for (int l = 0; l < changed.length; l++) {
            changed[l] *= Math.exp(u[l]);
        }
        double sigma =
                u.length > changed.length
                        ? conductivity * Math.exp(u[changed.length])
                        : conductivity;
        Homogeneous tank = new Homogeneous(sigma, contactImpedance, changed, Double.NaN);
        double[] v = tank.voltages(model, experiment, height);
        return new Homogeneous(sigma, contactImpedance, changed, distance(v, 1, measured));
    }

    private static double objective(Homogeneous tank, double[] u) {
        double sum = 0;
        for (int l = 0; l < tank.ratios.length; l++) {
            sum += square(u[l] / LOG_IMPEDANCE_SD) / 2;
        }
        double value = tank.ratios.length * Math.log(Math.max(tank.residual, 1e-15)) + sum;
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
    }

    /**
     * The voltages, and their derivatives in log z_l and, as the last column if n exceeds the
     * number of electrodes, in log σ₀.
     *
     * @param jacobian data × n, overwritten
     */
    private double[] derivatives(
            CompleteElectrodeModel model,
            Experiment experiment,
            double height,
            int n,
            double[] jacobian) {
        int electrodes = ratios.length;
        int triangles = model.mesh().triangles();
        double[] sigma = new double[triangles];
        double[] z = new double[electrodes];
        Arrays.fill(sigma, conductivity * height);
        for (int l = 0; l < electrodes; l++) {
            z[l] = contactImpedance(l) / height;
        }
        CompleteElectrodeModel.Workspace workspace = model.workspace();
        if (!workspace.factor(sigma, z)) {
            throw new IllegalStateException("a tank that was solved before");
        }
        double[] bySigma = new double[model.pairs() * triangles];
        double[] byLogZ = new double[model.pairs() * electrodes];
        workspace.sensitivities(bySigma, byLogZ);
        double[] packed = new double[model.pairs() * n];
        for (int k = 0; k < model.pairs(); k++) {
            System.arraycopy(byLogZ, k * electrodes, packed, k * n, electrodes);
            for (int t = 0; n > electrodes && t < triangles; t++) {
                packed[k * n + electrodes] += sigma[t] * bySigma[k * triangles + t];
            }
        }
        double[] scratch = new double[Math.max(experiment.scratchSize(), electrodes * n)];
        experiment.differentials(packed, n, scratch, jacobian, 0, n);
        double[] g = new double[electrodes * electrodes];
        workspace.transfer(g);
        double[] v = new double[experiment.dataSize()];
        experiment.voltages(g, scratch, v, 0);
        return v;
    }

    private static double square(double x) {
        return x * x;
    }

    private static double distance(double[] unit, double scale, double[] measured) {
        double sum = 0;
        for (int i = 0; i < unit.length; i++) {
            double r = scale * unit[i] - measured[i];
            sum += r * r;
        }
        return Math.sqrt(sum / dot(measured, measured));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The tank of a value of log(zσ₀/R). */
    @FunctionalInterface
    private interface Trial {
        Homogeneous at(double logRatio);
    }
}
