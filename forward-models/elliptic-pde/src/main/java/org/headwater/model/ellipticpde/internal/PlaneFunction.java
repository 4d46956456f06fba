package org.headwater.model.ellipticpde.internal;

import org.headwater.api.DenseMatrix;

/** A function on the unit square. */
@FunctionalInterface
interface PlaneFunction {
    double at(double x, double y);

    /**
     * The values of an image's pixels, row 0 at the top (y = 1), bilinear between pixel centres and
     * constant outside the outermost ones.
     */
    static PlaneFunction image(DenseMatrix image) {
        return (x, y) -> {
            double column = clamp(x * image.columns() - 0.5, image.columns() - 1);
            double row = clamp((1 - y) * image.rows() - 0.5, image.rows() - 1);
            int c = (int) Math.max(0, Math.min(image.columns() - 2, column));
            int r = (int) Math.max(0, Math.min(image.rows() - 2, row));
            int nextC = Math.min(c + 1, image.columns() - 1);
            int nextR = Math.min(r + 1, image.rows() - 1);
            double u = column - c;
            double v = row - r;
            return (1 - v) * ((1 - u) * image.get(r, c) + u * image.get(r, nextC))
                    + v * ((1 - u) * image.get(nextR, c) + u * image.get(nextR, nextC));
        };
    }

    private static double clamp(double x, int most) {
        return Math.max(0, Math.min(most, x));
    }
}
