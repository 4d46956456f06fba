package org.headwater.diagnostics;

import org.headwater.api.Prior;

/** Where a prior ends. */
public final class Bounds {
    private Bounds() {}

    /**
     * Which coordinates have a bound of the prior within some standard deviations of a point, the
     * others being kept. 2d evaluations of ψ.
     *
     * @param centre d values, not modified
     * @param sd d values, not modified
     * @param reach in standard deviations
     */
    public static boolean[] near(Prior prior, double[] centre, double[] sd, double reach) {
        boolean[] near = new boolean[centre.length];
        double[] at = centre.clone();
        for (int j = 0; j < at.length; j++) {
            for (int side = -1; side <= 1; side += 2) {
                at[j] = centre[j] + side * reach * sd[j];
                near[j] |= !Double.isFinite(prior.potential(at, 0));
            }
            at[j] = centre[j];
        }
        return near;
    }
}
