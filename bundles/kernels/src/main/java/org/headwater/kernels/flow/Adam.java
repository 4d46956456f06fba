package org.headwater.kernels.flow;

/**
 * Adam's update of parameters, with the gradient cut to a largest norm (D. Kingma, J. Ba, arXiv
 * 1412.6980, algorithm 1; β₁ = .9, β₂ = .999, ε = 1e-8).
 */
public final class Adam {
    private static final double FIRST = 0.9;
    private static final double SECOND = 0.999;
    private static final double EPSILON = 1e-8;

    private Adam() {}

    /**
     * One update. O(n).
     *
     * @param parameters n values, modified
     * @param gradient n values, not modified
     * @param first running mean of the gradient, n values, modified
     * @param second running mean of its squares, n values, modified
     * @param count updates done before
     * @param rate step, &gt; 0
     * @param largestNorm a gradient longer than that is shortened to it
     * @return the gradient's norm before it was shortened
     */
    public static double update(
            double[] parameters,
            double[] gradient,
            double[] first,
            double[] second,
            int count,
            double rate,
            double largestNorm) {
        double square = 0;
        for (double g : gradient) {
            square += g * g;
        }
        double norm = Math.sqrt(square);
        double scale = norm > largestNorm ? largestNorm / norm : 1;
        double firstShare = 1 - Math.pow(FIRST, count + 1.0);
        double secondShare = 1 - Math.pow(SECOND, count + 1.0);
        for (int i = 0; i < gradient.length; i++) {
            double g = scale * gradient[i];
            first[i] = FIRST * first[i] + (1 - FIRST) * g;
            second[i] = SECOND * second[i] + (1 - SECOND) * g * g;
            parameters[i] -=
                    rate * (first[i] / firstShare) / (Math.sqrt(second[i] / secondShare) + EPSILON);
        }
        return norm;
    }
}
