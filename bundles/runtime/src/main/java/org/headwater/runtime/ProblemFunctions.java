package org.headwater.runtime;

import java.util.Optional;

/**
 * A problem's forward model and posterior as functions of the parameters θ, for programs outside.
 * Thread-safe. What the forward model fails at gives NaN.
 */
public interface ProblemFunctions {
    /** The problem's name. */
    String name();

    /** d, the number of parameters. */
    int parameters();

    /** m, the number of data. */
    int data();

    /** F(θ): m predicted data. */
    double[] predict(double[] theta);

    /** J(θ)ᵀs: d values of s with m. */
    double[] pullback(double[] theta, double[] sensitivity);

    /** J(θ)v: m values of v with d. Costs a Jacobian. */
    double[] pushforward(double[] theta, double[] direction);

    /** log of the posterior's density up to a constant, −β(f(θ) + ψ(θ)); −∞ where ψ = +∞. */
    double logDensity(double[] theta);

    /** Its gradient, d values; empty if the prior has kinks or bounds. */
    Optional<double[]> logDensityGradient(double[] theta);
}
