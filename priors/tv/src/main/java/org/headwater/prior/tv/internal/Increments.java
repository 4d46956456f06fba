package org.headwater.prior.tv.internal;

import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;

/** x_i = u_0 + … + u_i: the increments u_0 = x_0, u_i = x_i − x_{i−1}. All maps are O(d). */
record Increments(SeparablePrior prior) implements Synthesis {
    @Override
    public void apply(double[] u, int uOffset, double[] x, int xOffset) {
        double sum = 0;
        for (int i = 0; i < dimension(); i++) {
            sum += u[uOffset + i];
            x[xOffset + i] = sum;
        }
    }

    @Override
    public void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset) {
        double sum = 0;
        for (int i = dimension() - 1; i >= 0; i--) {
            sum += gx[gxOffset + i];
            gu[guOffset + i] = sum;
        }
    }

    @Override
    public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
        for (int i = dimension() - 1; i > 0; i--) {
            u[uOffset + i] = x[xOffset + i] - x[xOffset + i - 1];
        }
        u[uOffset] = x[xOffset];
    }
}
