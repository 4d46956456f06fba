/**
 * The contracts of Headwater: what a plug-in implements and what it is given.
 *
 * <p>Symbols used throughout: N particles, d parameters, m data; θ ∈ R^d parameters; f the smooth
 * potential (the noise model's misfit plus the Gaussian priors of the nuisance parameters), ψ the
 * prior's potential; the target density is π(θ) ∝ exp(−β(f(θ) + ψ(θ))).
 *
 * <p>Matrices are row-major. Instances of plug-ins are immutable and thread-safe; everything that
 * needs randomness, threads or workspace is given them as arguments.
 */
@Export
@Version("1.0.0")
package org.headwater.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
