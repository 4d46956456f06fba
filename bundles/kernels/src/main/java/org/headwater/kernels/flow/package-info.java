/**
 * Trained flows: maps from standard normal z to draws of a posterior, with the density of what they
 * draw. OT-Flow's drift (Onken, Wu Fung, Li, Ruthotto, arXiv 2006.00104) and, as its last layer,
 * slot attention: the RWPO layer of arXiv 2510.16356 with learned keys.
 *
 * <p>Symbols: d dimension; M drift steps, dt = 1/M; φ potential, ∇φ drift, H = ∇²φ; m width of φ, r
 * rank of its quadratic part, k = min(d, m + r) the order of H within its span; x = μ + Lu the
 * preconditioned coordinates; y_l keys, T and η times, λ′ learned weight of a slot layer, D =
 * β/(2T), D′ = β/(2η); w softmax weights; J Jacobian; q the density of the flow's draws, V = β(f +
 * ψ) the posterior's potential. A bar marks an adjoint, the derivative of the loss.
 */
@Export
@Version("0.1.0")
package org.headwater.kernels.flow;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
