package org.headwater.kernels.rwpo;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.headwater.api.SeparablePrior;

/**
 * Draws of one coordinate of the mixture Kρ without chance: its quantiles at the levels (r + ½)/N,
 * given to the particles in the order r of their kernels' means. They have the mixture's law,
 * bounds of the prior included, and keep the particles' dependence on other coordinates. Where
 * kernels are cut by a bound their means alone are too narrow a law, and too far from the bound.
 */
public final class MixtureQuantiles {
    /** Cells of the table of the distribution function. */
    private static final int CELLS = 512;

    /** How far the table reaches, in a kernel's standard deviations. */
    private static final double REACH = 8;

    private MixtureQuantiles() {}

    /**
     * The draws. N·{@value #CELLS} exponentials, {@value #CELLS} evaluations of ψ; to about a
     * thousandth of their range.
     *
     * @param prior ψ
     * @param coordinate j
     * @param time T, &gt; 0
     * @param beta β, &gt; 0
     * @param y the particles' coordinate, N values, not modified
     * @param point a point at which ψ is finite, d values, not modified
     * @return N values within the domain of ψ_j
     */
    public static double[] of(
            SeparablePrior prior,
            int coordinate,
            double time,
            double beta,
            double[] y,
            double[] point) {
        int n = y.length;
        double[] mean = new double[n];
        double[] variance = new double[n];
        prior.kernel(coordinate, time, beta, y, new double[n], mean, variance);
        double[] ends = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < n; i++) {
            double reach = REACH * Math.sqrt(variance[i]);
            ends[0] = Math.min(ends[0], mean[i] - reach);
            ends[1] = Math.max(ends[1], mean[i] + reach);
        }
        prior.proxCoordinate(coordinate, Double.MIN_NORMAL, ends, ends);
        double width = (ends[1] - ends[0]) / CELLS;
        double[] mass = mass(prior, coordinate, beta / (4 * time), beta, y, point, ends[0], width);
        int[] order =
                IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> mean[i]))
                        .mapToInt(i -> i)
                        .toArray();
        double[] draws = new double[n];
        int cell = 0;
        double below = 0;
        for (int r = 0; r < n; r++) {
            double level = r + 0.5;
            while (cell < CELLS - 1 && below + mass[cell] < level) {
                below += mass[cell];
                cell++;
            }
            double share = mass[cell] > 0 ? Math.min(1, (level - below) / mass[cell]) : 0;
            draws[order[r]] = Math.min(ends[1], ends[0] + (cell + share) * width);
        }
        return draws;
    }

    /** The kernels' masses in the cells, each kernel's sum being 1. */
    private static double[] mass(
            SeparablePrior prior,
            int coordinate,
            double kappa,
            double beta,
            double[] y,
            double[] point,
            double from,
            double width) {
        double[] at = point.clone();
        double[] psi = new double[CELLS];
        for (int c = 0; c < CELLS; c++) {
            at[coordinate] = from + (c + 0.5) * width;
            psi[c] = prior.potential(at, 0);
        }
        double[] mass = new double[CELLS];
        double[] kernel = new double[CELLS];
        for (double centre : y) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < CELLS; c++) {
                double gap = from + (c + 0.5) * width - centre;
                kernel[c] = -0.5 * beta * psi[c] - kappa * gap * gap;
                largest = Math.max(largest, kernel[c]);
            }
            double sum = 0;
            for (int c = 0; c < CELLS; c++) {
                kernel[c] = Math.exp(kernel[c] - largest);
                sum += kernel[c];
            }
            for (int c = 0; c < CELLS; c++) {
                mass[c] += kernel[c] / sum;
            }
        }
        return mass;
    }
}
