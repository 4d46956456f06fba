package org.headwater.model.eit.internal;

import java.util.Arrays;
import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.univariate.BrentOptimizer;
import org.apache.commons.math3.optim.univariate.SearchInterval;
import org.apache.commons.math3.optim.univariate.UnivariateObjectiveFunction;
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

    /** The range of zσ₀/R, R the size of the tank, that a fit looks at. */
    private static final double LOWEST_RATIO = 1e-7;

    private static final double HIGHEST_RATIO = 10;
    private static final int SCAN = 17;

    /** Centre and standard deviation of the prior of log(zσ₀/R) that makes z well determined. */
    private static final double USUAL_RATIO = 1e-3;

    private static final double LOG_RATIO_SD = 1;

    /** The given values; those that are NaN are replaced by nominal ones, 0.1 S/m and 1e-3 Ω·m². */
    static Homogeneous nominal(double background, double contactImpedance) {
        return new Homogeneous(
                Double.isNaN(background) ? NOMINAL.conductivity : background,
                Double.isNaN(contactImpedance) ? NOMINAL.contactImpedance : contactImpedance,
                Double.NaN);
    }

    /** The voltages used of this tank, V. */
    double[] voltages(CompleteElectrodeModel model, Experiment experiment, double height) {
        int electrodes = model.mesh().electrodes();
        double[] sigma = new double[model.mesh().triangles()];
        double[] z = new double[electrodes];
        Arrays.fill(sigma, conductivity * height);
        Arrays.fill(z, contactImpedance / height);
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
                            new Homogeneous(1, rho, Double.NaN).voltages(model, experiment, height);
                    double sigma = background;
                    if (Double.isNaN(background)) {
                        sigma =
                                Double.isNaN(contactImpedance)
                                        ? dot(unit, unit) / dot(unit, measured)
                                        : rho / contactImpedance;
                    }
                    double z = Double.isNaN(contactImpedance) ? rho / sigma : contactImpedance;
                    return new Homogeneous(sigma, z, distance(unit, 1 / sigma, measured));
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
