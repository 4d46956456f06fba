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
 * @param particles attention to particles after every step, null for none
 * @param finish how training and draws end
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
        int draws,
        Particles particles,
        Finish finish) {
    /**
     * Attention to particles.
     *
     * @param joint one softmax for all coordinates together, else one for each
     * @param smooth S is the mean of the prior's kernel, else the soft threshold
     * @param policy which particles are keys in the training
     * @param keys K
     * @param time η of a layer in units of βσ², σ the standard deviation of the Gaussian start; at
     *     most .1/(λ²β)
     */
    public record Particles(
            boolean joint, boolean smooth, Attention.Policy policy, int keys, double time) {}

    /**
     * How training and draws end.
     *
     * @param patience the training ends when the smoothed loss, each iteration's on fresh draws,
     *     has not fallen for so many iterations, and goes back to where it was least; 0 to go on to
     *     the end
     * @param metropolis whether the draws are proposals of a Metropolis chain
     */
    public record Finish(int patience, boolean metropolis) {}

    /** Options without attention to particles, that train to the end and leave the draws. */
    public FlowOptions(
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
        this(
                last,
                sparse,
                iterations,
                batch,
                steps,
                width,
                slots,
                rate,
                kinetic,
                hjb,
                draws,
                null,
                new Finish(0, false));
    }

    /** These options with attention to particles. */
    public FlowOptions with(Particles attention) {
        return with(attention, finish);
    }

    /** These options with another end. */
    public FlowOptions with(Finish other) {
        return with(particles, other);
    }

    private FlowOptions with(Particles attention, Finish end) {
        return new FlowOptions(
                last,
                sparse,
                iterations,
                batch,
                steps,
                width,
                slots,
                rate,
                kinetic,
                hjb,
                draws,
                attention,
                end);
    }

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
