/**
 * Sampling by the regularised Wasserstein proximal operator (RWPO).
 *
 * <p>Symbols: N particles x_i ∈ R^d; f smooth potential, ψ prior potential, target ∝ exp(−β(f +
 * ψ)); H Gauss–Newton Hessian of f; λ_j slope of ψ in coordinate j; P = (H + β·diag(λ²)/2)^{−1} the
 * preconditioner, so that P/β is the Laplace approximation's covariance; T_j = τ·P_jj RWPO times;
 * x̄ barycentres of the layer; D_K variance of the mixture; s, R standard deviations and
 * correlations of the particles; η step.
 */
package org.headwater.solver.rwpo.internal;
