package org.headwater.model.ellipticpde.internal;

/**
 * What holds on the four sides of the unit square: a given pressure, or a given inflow.
 *
 * @param left x = 0, in y
 * @param right x = 1, in y
 * @param bottom y = 0, in x
 * @param top y = 1, in x
 */
record Boundary(Side left, Side right, Side bottom, Side top) {
    /**
     * Along a side either the pressure u (Dirichlet) or the inflow e^m ∂u/∂n per length (Neumann),
     * n the outer normal; linear between evenly spaced values.
     *
     * @param values at least one
     * @param hasPressure whether they are pressures
     */
    record Side(double[] values, boolean hasPressure) {
        /** No flow. */
        static final Side NO_FLOW = inflow(0);

        static Side pressure(double... values) {
            return new Side(values, true);
        }

        static Side inflow(double... values) {
            return new Side(values, false);
        }

        /** The value at t ∈ [0, 1]. */
        double at(double t) {
            if (values.length == 1) {
                return values[0];
            }
            double place = t * (values.length - 1);
            int i = (int) Math.min(values.length - 2, place);
            return values[i] + (place - i) * (values[i + 1] - values[i]);
        }

        /** The inflow at t, 0 where the pressure is given. */
        double inflowAt(double t) {
            return hasPressure ? 0 : at(t);
        }
    }

    /** Pressure 0 on all sides. */
    static Boundary zero() {
        Side side = Side.pressure(0);
        return new Boundary(side, side, side, side);
    }

    /** Whether there is a side with a pressure, so that the problem has one solution. */
    boolean determines() {
        return left.hasPressure()
                || right.hasPressure()
                || bottom.hasPressure()
                || top.hasPressure();
    }

    /**
     * The pressure given at node (i, j) of an (n+1) × (n+1) grid; NaN where none is. At a corner
     * the left and the right side come before the bottom and the top.
     */
    double pressure(int i, int j, int n) {
        double x = (double) i / n;
        double y = (double) j / n;
        if (i == 0 && left.hasPressure()) {
            return left.at(y);
        }
        if (i == n && right.hasPressure()) {
            return right.at(y);
        }
        if (j == 0 && bottom.hasPressure()) {
            return bottom.at(x);
        }
        if (j == n && top.hasPressure()) {
            return top.at(x);
        }
        return Double.NaN;
    }

    /** What flows into the box around node (i, j) through sides of given inflow. */
    double inflow(int i, int j, int n) {
        double x = (double) i / n;
        double y = (double) j / n;
        double alongX = (i == 0 || i == n ? 0.5 : 1) / n;
        double alongY = (j == 0 || j == n ? 0.5 : 1) / n;
        double sum = 0;
        if (i == 0) {
            sum += alongY * left.inflowAt(y);
        }
        if (i == n) {
            sum += alongY * right.inflowAt(y);
        }
        if (j == 0) {
            sum += alongX * bottom.inflowAt(x);
        }
        if (j == n) {
            sum += alongX * top.inflowAt(x);
        }
        return sum;
    }
}
