package org.headwater.prior.tv.internal;

/**
 * argmin_z ½|z − y|² + λΣ|z_{i+1} − z_i|, exactly, by dynamic programming (N. Johnson, J. Comput.
 * Graph. Stat. 22, 2013).
 *
 * <p>The derivative in z_i of the best value of everything up to i is continuous, increasing and
 * piecewise linear. Passed on to i + 1 it is clipped to [−λ, λ], at l_i and u_i; then z_{i+1} −
 * y_{i+1} is added. Its root at the last coordinate is z_n; going back, z_i = min(max(z_{i+1},
 * l_i), u_i). Each coordinate adds two knots and every knot is removed at most once: O(n). Slopes
 * are whole numbers, hence exact; y is centred, so that only its variation is rounded, to about
 * n·2⁻⁵²·max|y − ȳ|.
 *
 * <p>Holds workspace: one instance a thread.
 */
final class ChainProx {
    private final int n;
    private final double[] knot;
    private final double[] slopeChange;
    private final double[] interceptChange;
    private final double[] lower;
    private final double[] upper;

    ChainProx(int n) {
        this.n = n;
        this.knot = new double[2 * n];
        this.slopeChange = new double[2 * n];
        this.interceptChange = new double[2 * n];
        this.lower = new double[n];
        this.upper = new double[n];
    }

    /**
     * One vector.
     *
     * @param y n values from {@code yOffset}, not modified, unless they are z
     * @param lambda λ ≥ 0
     * @param z n values from {@code zOffset}, modified
     */
    void apply(double[] y, int yOffset, double lambda, double[] z, int zOffset) {
        double mean = 0;
        for (int i = 0; i < n; i++) {
            mean += y[yOffset + i] / n;
        }
        int left = n;
        int right = n - 1;
        double edge = 0;
        for (int i = 0; i < n - 1; i++) {
            double value = y[yOffset + i] - mean;
            double a = 1;
            double b = -edge - value;
            for (; left <= right && a * knot[left] + b <= -lambda; left++) {
                a += slopeChange[left];
                b += interceptChange[left];
            }
            lower[i] = (-lambda - b) / a;
            double c = 1;
            double e = edge - value;
            for (; right >= left && c * knot[right] + e >= lambda; right--) {
                c -= slopeChange[right];
                e -= interceptChange[right];
            }
            upper[i] = (lambda - e) / c;
            left--;
            knot[left] = lower[i];
            slopeChange[left] = a;
            interceptChange[left] = b + lambda;
            right++;
            knot[right] = upper[i];
            slopeChange[right] = -c;
            interceptChange[right] = lambda - e;
            edge = lambda;
        }
        double a = 1;
        double b = -edge - (y[yOffset + n - 1] - mean);
        for (; left <= right && a * knot[left] + b <= 0; left++) {
            a += slopeChange[left];
            b += interceptChange[left];
        }
        double last = -b / a;
        z[zOffset + n - 1] = last + mean;
        for (int i = n - 2; i >= 0; i--) {
            last = Math.min(Math.max(last, lower[i]), upper[i]);
            z[zOffset + i] = last + mean;
        }
    }
}
