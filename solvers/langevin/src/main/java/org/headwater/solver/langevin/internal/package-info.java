/**
 * Markov chains that draw a posterior by Langevin and Hamiltonian dynamics, Crank–Nicolson steps or
 * Gibbs sampling.
 *
 * <p>Symbols: N chains at x_i ∈ R^d; target ∝ exp(−βU), U = f + ψ; V = f + ψ^μ its smoothed form,
 * ψ^μ the Moreau envelope of ψ; v = −∇V the drift; L, with LLᵀ near the posterior's covariance, the
 * scale of the moves; ε the step.
 */
package org.headwater.solver.langevin.internal;
