package org.headwater.prior.composite.internal;

import java.util.Arrays;

/**
 * The differences of neighbours: of a vector θ_{i+1} − θ_i; of an image first all those along its
 * rows, then all those along its columns, each row by row. O(d).
 */
record Differences(int height, int width) implements Analysis {
    @Override
    public int dimension() {
        return height * width;
    }

    @Override
    public int coefficients() {
        return height * (width - 1) + (height - 1) * width;
    }

    /** Whether it is a vector: no closed path leads through the differences. */
    boolean isVector() {
        return height == 1 || width == 1;
    }

    /** A bound of ‖W‖². */
    double norm() {
        return isVector() ? 4 : 8;
    }

    @Override
    public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
        int k = uOffset;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j + 1 < width; j++) {
                int at = xOffset + i * width + j;
                u[k++] = x[at + 1] - x[at];
            }
        }
        for (int at = xOffset; at < xOffset + (height - 1) * width; at++) {
            u[k++] = x[at + width] - x[at];
        }
    }

    @Override
    public void adjoint(double[] u, int uOffset, double[] x, int xOffset) {
        Arrays.fill(x, xOffset, xOffset + dimension(), 0);
        int k = uOffset;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j + 1 < width; j++) {
                int at = xOffset + i * width + j;
                x[at + 1] += u[k];
                x[at] -= u[k++];
            }
        }
        for (int at = xOffset; at < xOffset + (height - 1) * width; at++) {
            x[at + width] += u[k];
            x[at] -= u[k++];
        }
    }
}
