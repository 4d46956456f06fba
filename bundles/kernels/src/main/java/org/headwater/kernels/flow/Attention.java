package org.headwater.kernels.flow;

/**
 * Attention to particles after every step of a drift, the layer of arXiv 2510.16356 as it stands
 * there: x⁺ = x + (η/2T)(x − x̄) − ½(x − S(x)), T = η.
 *
 * @param joint one softmax for all coordinates together, else one for each
 * @param smooth S is the mean of the prior's kernel, else the soft threshold
 * @param policy which particles are keys in the training
 * @param step η in each coordinate
 * @param keys the normal z of those keys that draws are attended with, K × d; one and the same map
 *     for all draws, hence an exact density
 */
public record Attention(
        boolean joint, boolean smooth, Policy policy, double[] step, double[] keys) {
    /** Which particles are the keys while the flow is trained. */
    public enum Policy {
        /**
         * The batch itself. The book-kept density then is not that of the draws: the map at a point
         * depends on the point in a second way, as a key.
         */
        SELF,
        /** The batch itself, but the training takes the keys for constants. */
        STOP_GRADIENT,
        /** As many fresh particles as there are keys, beside the batch: the density is honest. */
        CROSS_FIT,
        /** The keys that draws are attended with: the density is honest and the map not random. */
        FIXED
    }

    /** K for d coordinates. */
    int count() {
        return keys.length / step.length;
    }

    ParticleLayer layer(TrainedFlow.Frame frame) {
        return new ParticleLayer(step, step, frame.lambda(), frame.beta(), joint, smooth);
    }
}
