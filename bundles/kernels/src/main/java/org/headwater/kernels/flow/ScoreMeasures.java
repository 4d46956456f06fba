package org.headwater.kernels.flow;

/**
 * How a density ρ stands to a target ρ* ∝ e^{−V}, from ∇log ρ and ∇V at draws of ρ:
 *
 * <pre>
 * I = E|∇log(ρ/ρ*)|²,   D = E[∇log(ρ/ρ*)·sign(x)],   R = 2d − 2·E[x·∇V].
 * </pre>
 *
 * In the Fokker–Planck flow of ρ*, KL falls at the rate I (β = 1), an extra drift −λ·sign(x) adds
 * −λD to dKL/dt, and E|x|² changes at the rate R: all are 0 at rest. Source: arXiv 2510.16356,
 * propositions 4 and 5; with V = β(f + ψ), time is in units of 1/β.
 *
 * @param fisher I, the relative Fisher information
 * @param direction D
 * @param momentRate R
 */
record ScoreMeasures(double fisher, double direction, double momentRate) {
    /**
     * Means over draws. O(nd).
     *
     * @param x n × d, not modified
     * @param score ∇log ρ, n × d, not modified
     * @param gradient ∇V, n × d, not modified
     * @param failed draws to leave out, n flags
     * @param n draws
     * @param d dimension
     */
    static ScoreMeasures of(
            double[] x, double[] score, double[] gradient, boolean[] failed, int n, int d) {
        double fisher = 0;
        double direction = 0;
        double moment = 0;
        int used = 0;
        for (int i = 0; i < n; i++) {
            if (failed[i]) {
                continue;
            }
            used++;
            for (int k = i * d; k < (i + 1) * d; k++) {
                double gap = score[k] + gradient[k];
                fisher += gap * gap;
                direction += gap * Math.signum(x[k]);
                moment += x[k] * gradient[k];
            }
        }
        return new ScoreMeasures(fisher / used, direction / used, 2 * d - 2 * moment / used);
    }
}
