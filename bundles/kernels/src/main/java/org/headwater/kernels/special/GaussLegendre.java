package org.headwater.kernels.special;

/**
 * The Gauss–Legendre rule of n nodes on [0, 1]: exact for polynomials of degree 2n − 1. Nodes by
 * Newton's method on the Legendre polynomial. The arrays are shared and must not be modified.
 *
 * @param nodes n nodes
 * @param weights n weights; their sum is 1
 */
record GaussLegendre(double[] nodes, double[] weights) {
    static GaussLegendre of(int n) {
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            double x = Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
            double slope = 0;
            for (int step = 0; step < 10; step++) {
                double p = 1;
                double before = 0;
                for (int k = 1; k <= n; k++) {
                    double next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
                    before = p;
                    p = next;
                }
                slope = n * (x * p - before) / (x * x - 1);
                x -= p / slope;
            }
            nodes[i] = (1 + x) / 2;
            weights[i] = 1 / ((1 - x * x) * slope * slope);
        }
        return new GaussLegendre(nodes, weights);
    }
}
