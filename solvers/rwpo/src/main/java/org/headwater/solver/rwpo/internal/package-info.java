/**
 * Sampling by the regularised Wasserstein proximal operator (RWPO).
 *
 * <p>Symbols: N particles x_i ∈ R^d; f smooth potential, ψ prior potential, target ∝ exp(−β(f +
 *
 * <p>x̄ barycentres of the layer; D_K variance of the mixture; s, R standard deviations and
 * correlations of the particles; η step.
 */
package org.headwater.solver.rwpo.internal;
