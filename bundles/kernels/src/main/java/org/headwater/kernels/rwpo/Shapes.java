package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;

/**
 * Checks of arguments, in O(Nd): {@link IllegalArgumentException} that names the argument, the rule
 * and the value.
 */
public final class Shapes {
    private Shapes() {}

    /** Checks what a joint layer of N particles with themselves is given. */
    public static void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight) {
        int n = x.size();
        require(logNormaliser.length == n, "logNormaliser needs one value per key");
        require(selfWeight.length == n, "selfWeight needs one value per key");
        same(x, barycentre, "barycentre");
        finite(x, "x");
        finite(logNormaliser, "logNormaliser");
        positive(new double[] {kappa}, "kappa");
    }

    /** Checks what a tensorised layer of particles with themselves is given. */
    public static void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight) {
        int d = x.dimension();
        require(kappa.length == d, "kappa needs one value per coordinate");
        require(selfWeight.length == d, "selfWeight needs one value per coordinate");
        same(x, logNormaliser, "logNormaliser");
        same(x, barycentre, "barycentre");
        finite(x, "x");
        finite(logNormaliser, "logNormaliser");
        positive(kappa, "kappa");
    }

    /** Throws with the rule where it does not hold. */
    public static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    static void same(Ensemble model, Ensemble other, String name) {
        if (other.size() != model.size() || other.dimension() != model.dimension()) {
            throw new IllegalArgumentException(
                    name
                            + " must be "
                            + model.size()
                            + " × "
                            + model.dimension()
                            + ", got "
                            + other.size()
                            + " × "
                            + other.dimension());
        }
    }

    /** Names the first number that is not finite. */
    public static void finite(Ensemble x, String name) {
        double[] data = x.data();
        for (int i = 0; i < data.length; i++) {
            if (!Double.isFinite(data[i])) {
                int d = x.dimension();
                throw new IllegalArgumentException(
                        name
                                + " must be finite, got "
                                + data[i]
                                + " in row "
                                + i / d
                                + ", column "
                                + i % d
                                + " (from 0)");
            }
        }
    }

    static void finite(double[] a, String name) {
        finite(Ensemble.of(a.length, 1, a), name);
    }

    static void positive(double[] a, String name) {
        for (double v : a) {
            require(v > 0 && Double.isFinite(v), name + " must be positive and finite, got " + v);
        }
    }
}
