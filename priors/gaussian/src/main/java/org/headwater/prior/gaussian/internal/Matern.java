package org.headwater.prior.gaussian.internal;

/**
 * Matérn covariances k(r) = s²·p(z)·e^{−z}, z = √(2ν)·r/ℓ, in closed form for half-integer ν:
 *
 * <pre>
 * ν = 1/2: p = 1,    ν = 3/2: p = 1 + z,    ν = 5/2: p = 1 + z + z²/3.
 * </pre>
 *
 * Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 4.16–4.17.
 */
enum Matern {
    /** ν = 1/2: continuous fields without a derivative, the exponential covariance. */
    HALF(0.5),
    /** ν = 3/2: fields with one derivative. */
    THREE_HALVES(1.5),
    /** ν = 5/2: fields with two derivatives. */
    FIVE_HALVES(2.5);

    private final double smoothness;

    Matern(double smoothness) {
        this.smoothness = smoothness;
    }

    /** ν. */
    double smoothness() {
        return smoothness;
    }

    /** k(r)/s². */
    double correlation(double distance, double length) {
        double z = Math.sqrt(2 * smoothness) * distance / length;
        double p =
                switch (this) {
                    case HALF -> 1;
                    case THREE_HALVES -> 1 + z;
                    case FIVE_HALVES -> 1 + z + z * z / 3;
                };
        return p * Math.exp(-z);
    }

    /**
     * The covariance matrix of a field on a grid of unit spacing. O(d²).
     *
     * @param sizes extents of the grid, outermost first
     * @param length ℓ in grid spacings, &gt; 0
     * @param sd s &gt; 0
     * @return d × d row-major
     */
    double[] covariance(int[] sizes, double length, double sd) {
        int d = 1;
        for (int s : sizes) {
            d *= s;
        }
        double[] c = new double[Math.multiplyExact(d, d)];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                double k = sd * sd * correlation(distance(i, j, sizes), length);
                c[i * d + j] = k;
                c[j * d + i] = k;
            }
        }
        return c;
    }

    private static double distance(int i, int j, int[] sizes) {
        double square = 0;
        for (int k = sizes.length - 1; k >= 0; k--) {
            int delta = i % sizes[k] - j % sizes[k];
            square += (double) delta * delta;
            i /= sizes[k];
            j /= sizes[k];
        }
        return Math.sqrt(square);
    }
}
