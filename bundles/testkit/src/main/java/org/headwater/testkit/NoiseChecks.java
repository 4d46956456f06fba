package org.headwater.testkit;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.RandomStream;

/**
 * The checks of a {@link Noise} model: its misfit Φ against its gradient, and its draws against its
 * misfit, which must be the negative log-likelihood of the same distribution.
 */
public final class NoiseChecks {
    private static final int SAMPLES = 3000;

    /** Standard errors; with 2 × m comparisons of a normal variable 1 false alarm in 10⁷. */
    private static final double SIGMAS = 6;

    private final NoiseProvider provider;
    private final Map<String, ?> settings;
    private final Path directory;
    private final double[] measured;
    private final int m;
    private final Noise noise;

    private NoiseChecks(
            NoiseProvider provider, Map<String, ?> settings, double[] measured, Path directory) {
        this.provider = provider;
        this.settings = settings;
        this.directory = directory;
        this.measured = measured.clone();
        this.m = measured.length;
        this.noise = create(settings, measured);
    }

    /**
     * The checks of a provider and of the noise model that it creates.
     *
     * @param settings the {@code noise} section of a problem file, without {@code type}
     * @param measured data that may have come with such noise, no two alike
     * @param directory where relative file names start
     * @throws org.headwater.api.InvalidInputException if the settings are wrong
     */
    public static List<Check> of(
            NoiseProvider provider, Map<String, ?> settings, double[] measured, Path directory) {
        NoiseChecks of = new NoiseChecks(provider, settings, measured, directory);
        List<Check> checks =
                ProviderChecks.of(provider, settings, of.m, wrong -> of.create(wrong, of.measured));
        checks.add(Check.of("misfit-gradient", of::gradient));
        checks.add(Check.of("whitening", of::whitening));
        checks.add(Check.of("residuals", of::residuals));
        checks.add(Check.of("sample-moments", of::samples));
        checks.add(Check.of("offset", of::offset));
        checks.add(Check.of("nan", of::nanStaysVisible));
        checks.add(Check.of("inputs-untouched", of::inputsStay));
        checks.add(Check.of("determinism", of::sameAgain));
        checks.add(Check.of("thread-safety", () -> Threads.sameFromAll(of::call)));
        return checks;
    }

    /** Twelve whole numbers from 4 to 15: data that counts and real measurements may have. */
    public static double[] typicalData() {
        return new double[] {9, 4, 12, 7, 15, 5, 11, 8, 14, 6, 13, 10};
    }

    private Noise create(Map<String, ?> raw, double[] data) {
        return provider.create(provider.info().settings().validate(raw, "noise", directory), data);
    }

    /** A prediction near the data, positive where they are. */
    private double[] near(RandomStream random) {
        double[] p = measured.clone();
        for (int i = 0; i < m; i++) {
            p[i] *= 1 + 0.2 * (random.uniform() - 0.5);
        }
        return p;
    }

    private String gradient() {
        RandomStream random = Points.random(50);
        String found = "";
        for (int k = 0; k < 4; k++) {
            double[] p = near(random);
            double[] v = Points.normal(random, m);
            double[] g = new double[m];
            noise.gradient(p, 0, g);
            found =
                    Differences.compare(
                            "the misfit's gradient",
                            h -> new double[] {noise.misfit(moved(p, h, v), 0)},
                            new double[] {Limits.dot(g, v)},
                            Limits.norm(g) * Limits.norm(v) / Math.sqrt(m),
                            0.05 * Limits.norm(p) / Math.sqrt(m),
                            "the gradient must be that of the misfit; check sign and sd²");
        }
        return found;
    }

    private static double[] moved(double[] x, double h, double[] v) {
        double[] z = x.clone();
        for (int j = 0; j < z.length; j++) {
            z[j] += h * v[j];
        }
        return z;
    }

    /** For a quadratic misfit, |W^{1/2}v|² is its second derivative along v. */
    private String whitening() {
        RandomStream random = Points.random(51);
        double[] p = near(random);
        double worst = 0;
        for (int k = 0; k < 4; k++) {
            double[] v = Points.normal(random, m);
            double[] two = new double[2 * m];
            for (int i = 0; i < m; i++) {
                two[2 * i] = v[i];
                two[2 * i + 1] = -2 * v[i];
            }
            noise.whiten(p, two, 2);
            Limits.require(
                    Limits.finite(two),
                    "whitening gives numbers that are not finite",
                    "the weight of every datum must be finite");
            double square = 0;
            for (int i = 0; i < m; i++) {
                square += two[2 * i] * two[2 * i];
                worst =
                        Math.max(
                                worst,
                                Math.abs(2 * two[2 * i] + two[2 * i + 1])
                                        / (1 + Math.abs(two[2 * i])));
            }
            if (noise.isQuadratic()) {
                double[] up = new double[m];
                double[] down = new double[m];
                noise.gradient(moved(p, 1, v), 0, up);
                noise.gradient(moved(p, -1, v), 0, down);
                double curvature = (Limits.dot(up, v) - Limits.dot(down, v)) / 2;
                worst = Math.max(worst, Math.abs(square - curvature) / Math.abs(curvature));
            }
        }
        return Limits.atMost(
                "relative error of the whitened Jacobian",
                worst,
                1e-8,
                "whiten must be linear, and its square the Gauss–Newton weight");
    }

    private String residuals() {
        double[] r = new double[m];
        noise.residuals(measured, r);
        double zero = Limits.largest(r);
        double[] up = moved(measured, 0.1, measured);
        noise.residuals(up, r);
        for (int i = 0; i < m; i++) {
            Limits.require(
                    r[i] * (up[i] - measured[i]) > 0 && Double.isFinite(r[i]),
                    "the residual of datum "
                            + i
                            + " is "
                            + r[i]
                            + " for a prediction "
                            + (up[i] > measured[i] ? "above" : "below")
                            + " it",
                    "residuals are (predicted − measured)/sd");
        }
        return Limits.atMost(
                "largest residual of a prediction that equals the data",
                zero,
                1e-12,
                "residuals are (predicted − measured)/sd");
    }

    /**
     * Bartlett's identities at the true parameters: the score g = ∂Φ/∂p of data drawn around p has
     * mean 0 and E[g²] = E[∂²Φ/∂p²].
     */
    private String samples() {
        RandomStream random = Points.random(52);
        double[] clean = measured.clone();
        double[] score = new double[m];
        double[] square = new double[m];
        double[] gap = new double[m];
        double[] gapSquare = new double[m];
        double[] g = new double[m];
        double[] near = new double[m];
        for (int k = 0; k < SAMPLES; k++) {
            double[] drawn = noise.sample(clean, random.split(k));
            Limits.require(
                    drawn != clean && drawn.length == m && Limits.finite(drawn),
                    "a draw is not a new array of " + m + " finite numbers",
                    "sample must return new data");
            Noise of = create(settings, drawn);
            of.gradient(clean, 0, g);
            for (int i = 0; i < m; i++) {
                double h = 1e-4 * Math.max(Math.abs(clean[i]), 1e-3);
                double[] up = clean.clone();
                double[] down = clean.clone();
                up[i] += h;
                down[i] -= h;
                of.gradient(up, 0, near);
                double curvature = near[i];
                of.gradient(down, 0, near);
                curvature = (curvature - near[i]) / (2 * h);
                double excess = g[i] * g[i] - curvature;
                score[i] += g[i] / SAMPLES;
                square[i] += g[i] * g[i] / SAMPLES;
                gap[i] += excess / SAMPLES;
                gapSquare[i] += excess * excess / SAMPLES;
            }
        }
        double shift = 0;
        double spread = 0;
        for (int i = 0; i < m; i++) {
            double error = Math.sqrt(Math.max(square[i], 1e-300) / SAMPLES);
            shift = Math.max(shift, Math.abs(score[i]) / error);
            double gapError = Math.sqrt(Math.max(gapSquare[i] - gap[i] * gap[i], 1e-300) / SAMPLES);
            spread = Math.max(spread, Math.abs(gap[i]) / gapError);
        }
        return Limits.atMost(
                        "mean of the score over " + SAMPLES + " draws, in standard errors,",
                        shift,
                        SIGMAS,
                        "draws must be centred where the misfit has its minimum")
                + "; "
                + Limits.atMost(
                        "difference of the score's variance and the misfit's curvature, in"
                                + " standard errors,",
                        spread,
                        SIGMAS,
                        "draws must have the spread that the misfit assumes");
    }

    private String offset() {
        double[] p = near(Points.random(53));
        double[] padded = new double[m + 3];
        System.arraycopy(p, 0, padded, 3, m);
        double[] a = new double[m];
        double[] b = new double[m];
        noise.gradient(p, 0, a);
        noise.gradient(padded, 3, b);
        String remedy = "read predicted[offset .. offset+m-1] and write out[0 .. m-1]";
        Limits.sameBytes("the gradient at an offset", a, b, remedy);
        Limits.sameBytes(
                "the misfit at an offset",
                new double[] {noise.misfit(p, 0)},
                new double[] {noise.misfit(padded, 3)},
                remedy);
        Limits.require(
                noise.dataSize() == m,
                "dataSize() is " + noise.dataSize() + " for " + m + " data",
                "return the number of measured data");
        return "misfit and gradient honour the offset";
    }

    private String nanStaysVisible() {
        double[] p = measured.clone();
        p[0] = Double.NaN;
        double misfit;
        try {
            misfit = noise.misfit(p, 0);
        } catch (RuntimeException e) {
            return "NaN is refused: " + Limits.describe(e);
        }
        Limits.require(
                !Double.isFinite(misfit),
                "a prediction with NaN has the finite misfit " + misfit,
                "let NaN through");
        return "NaN in a prediction gives a misfit that is not finite";
    }

    private String inputsStay() {
        double[] p = near(Points.random(54));
        double[] before = p.clone();
        double[] data = measured.clone();
        Noise other = create(settings, data);
        double misfit = other.misfit(p, 0);
        Arrays.fill(data, 1e3);
        other.gradient(p, 0, new double[m]);
        other.residuals(p, new double[m]);
        other.whiten(p, new double[m], 1);
        other.sample(p, Points.random(55));
        Limits.sameBytes(
                "reading the prediction afterwards", before, p, "do not modify the prediction");
        Limits.sameBytes(
                "the misfit after the caller's data changed",
                new double[] {misfit},
                new double[] {other.misfit(p, 0)},
                "copy the measured data in create");
        return "predictions are left as they are, and measured data were copied";
    }

    private String sameAgain() {
        Limits.sameBytes("a second call", call(0), call(0), "keep nothing from call to call");
        Noise other = create(settings, measured);
        Limits.sameBytes(
                "a second noise model of the same settings",
                noise.sample(measured, Points.random(56)),
                other.sample(measured, Points.random(56)),
                "take all randomness from the stream that is given");
        return "the same bytes from a second call and a second instance";
    }

    private double[] call(int k) {
        double[] p = near(Points.random(400 + k));
        double[] all = new double[3 * m];
        double[] out = new double[m];
        noise.gradient(p, 0, out);
        System.arraycopy(out, 0, all, 0, m);
        noise.residuals(p, out);
        System.arraycopy(out, 0, all, m, m);
        System.arraycopy(noise.sample(p, Points.random(k)), 0, all, 2 * m, m);
        all[0] += noise.misfit(p, 0);
        return all;
    }
}
