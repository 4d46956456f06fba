/**
 * Solvers of posteriors exp(−½|R(u)|²): randomise-then-optimise, and the ensemble Kalman sampler,
 * which takes no derivatives.
 *
 * <p>Symbols: u, d coordinates whose prior is Gaussian or flat; R, M residuals; J their Jacobian; H
 * = JᵀJ = LLᵀ; ξ standard normal; C chains, or particles.
 */
package org.headwater.solver.leastsquares.internal;
