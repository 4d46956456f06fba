package org.headwater.kernels.flow;

/**
 * How a flow is trained on a posterior.
 *
 * @param last its last layer
 * @param sparse whether slots begin at the prior's weights; otherwise they know nothing of it, λ′ =
 *     0
 * @param iterations of the training
 * @param batch N, fresh z in each iteration
 * @param steps M of the drift
 * @param width m of φ
 * @param slots L of each coordinate
 * @param rate of Adam, for the first 60 % of the iterations; then .3 of it, from 85 % on .09
 * @param kinetic coefficient of the transport cost Σ dt·½|∇φ|²
 * @param hjb coefficient of the residual Σ dt·|∂φ/∂t + ½|∇φ|²|
 * @param draws of the posterior
 */
public record FlowOptions(
        TrainedFlow.Last last,
        boolean sparse,
        int iterations,
        int batch,
        int steps,
        int width,
        int slots,
        double rate,
        double kinetic,
        double hjb,
        int draws) {
    private static final double MIDDLE = 0.6;
    private static final double LATE = 0.85;
    private static final double DROP = 0.3;

    /** The rate in iteration k, from 0. */
    double rate(int k) {
        double share = (double) k / iterations;
        double drop = share < MIDDLE ? 1 : share < LATE ? DROP : DROP * DROP;
        return rate * drop;
    }
}
