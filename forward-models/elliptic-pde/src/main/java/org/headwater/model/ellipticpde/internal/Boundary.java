package org.headwater.model.ellipticpde.internal;

/**
 * What holds on the four sides of the unit square: a given pressure, or no flow through the side.
 *
 * @param left x = 0, in y
 * @param right x = 1, in y
 * @param bottom y = 0, in x
 * @param top y = 1, in x
 */
record Boundary(Side left, Side right, Side bottom, Side top) {
    /** The pressure along a side, or null where nothing flows through it. */
    record Side(double[] pressure) {
        /** No flow. */
        static final Side NO_FLOW = new Side(null);

        boolean isDirichlet() {
            return pressure != null;
        }

        /** The pressure at t ∈ [0, 1], linear between evenly spaced values. */
        double at(double t) {
            if (pressure.length == 1) {
                return pressure[0];
            }
            double place = t * (pressure.length - 1);
            int i = (int) Math.min(pressure.length - 2, place);
            return pressure[i] + (place - i) * (pressure[i + 1] - pressure[i]);
        }
    }

    /** Pressure 0 on all sides. */
    static Boundary zero() {
        Side side = new Side(new double[] {0});
        return new Boundary(side, side, side, side);
    }

    /** Whether there is a side with a pressure, so that the problem has one solution. */
    boolean determines() {
        return left.isDirichlet()
                || right.isDirichlet()
                || bottom.isDirichlet()
                || top.isDirichlet();
    }

    /**
     * The pressure given at node (i, j) of an (n+1) × (n+1) grid; NaN where none is. At a corner
     * the left and the right side come before the bottom and the top.
     */
    double pressure(int i, int j, int n) {
        double x = (double) i / n;
        double y = (double) j / n;
        if (i == 0 && left.isDirichlet()) {
            return left.at(y);
        }
        if (i == n && right.isDirichlet()) {
            return right.at(y);
        }
        if (j == 0 && bottom.isDirichlet()) {
            return bottom.at(x);
        }
        if (j == n && top.isDirichlet()) {
            return top.at(x);
        }
        return Double.NaN;
    }
}
