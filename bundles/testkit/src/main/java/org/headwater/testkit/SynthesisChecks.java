package org.headwater.testkit;

import java.util.List;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.Synthesis;

/** A change of variables x = Su in which a prior is separable. */
final class SynthesisChecks {
    private static final double ROUNDING = 1e-9;
    private static final int TRIALS = 10;

    private SynthesisChecks() {}

    static List<Check> of(Prior prior, Synthesis s) {
        return List.of(
                Check.of("synthesis-inverse", () -> inverse(s)),
                Check.of("synthesis-adjoint", () -> adjoint(s)),
                Check.of("synthesis-potential", () -> potential(prior, s)));
    }

    /** S⁻¹Su = u and SS⁻¹x = x, also in place. */
    private static String inverse(Synthesis s) {
        int d = s.dimension();
        RandomStream random = Points.random(30);
        double worst = 0;
        for (int k = 0; k < TRIALS; k++) {
            double[] u = Points.normal(random, d);
            double[] x = new double[d + 2];
            double[] back = new double[d];
            s.apply(u, 0, x, 2);
            s.analyse(x, 2, back, 0);
            s.analyse(x, 2, x, 2);
            for (int j = 0; j < d; j++) {
                worst = Math.max(worst, Math.abs(back[j] - u[j]));
                worst = Math.max(worst, Math.abs(x[j + 2] - u[j]));
            }
        }
        return Limits.atMost(
                "difference of u and analyse(apply(u))",
                worst,
                ROUNDING,
                "analyse must undo apply, also in place and at offsets");
    }

    /** ⟨g, Su⟩ = ⟨Sᵀg, u⟩. */
    private static String adjoint(Synthesis s) {
        int d = s.dimension();
        RandomStream random = Points.random(31);
        double worst = 0;
        for (int k = 0; k < TRIALS; k++) {
            double[] u = Points.normal(random, d);
            double[] g = Points.normal(random, d);
            double[] x = new double[d];
            double[] gu = new double[d];
            s.apply(u, 0, x, 0);
            s.adjoint(g, 0, gu, 0);
            double scale = Limits.norm(g) * Limits.norm(x) + Limits.norm(gu) * Limits.norm(u);
            worst = Math.max(worst, Math.abs(Limits.dot(g, x) - Limits.dot(gu, u)) / scale);
        }
        return Limits.atMost(
                "relative difference of ⟨g, Su⟩ and ⟨Sᵀg, u⟩",
                worst,
                1e-12,
                "adjoint must be the transpose of apply");
    }

    /** ψ(Su) = Σ ψ_i(u_i). */
    private static String potential(Prior prior, Synthesis s) {
        int d = s.dimension();
        RandomStream random = Points.random(32);
        double worst = 0;
        for (int k = 0; k < TRIALS; k++) {
            double[] u = Points.normal(random, d);
            double[] x = new double[d];
            s.apply(u, 0, x, 0);
            double expected = prior.potential(x, 0);
            double error = Math.abs(s.prior().potential(u, 0) - expected);
            worst = Math.max(worst, error == 0 ? 0 : error / (1 + Math.abs(expected)));
        }
        return Limits.atMost(
                "difference of the potentials of u and of x = Su",
                worst,
                ROUNDING,
                "the prior of u must be this prior, moved");
    }
}
