/**
 * One-dimensional kernels of priors in closed form: normalisers and moments.
 *
 * <p>Symbols: λ weight, T time, β inverse temperature, σ² = 2T/β variance of the Gaussian part of
 * the kernel, S soft threshold.
 */
@Export
@Version("0.1.0")
package org.headwater.kernels.special;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
