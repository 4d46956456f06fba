/**
 * The inner loops of the RWPO layers: the fast Gauss transform of the tensorised layer, and loops
 * that have a scalar form and one on vector registers. {@code org.headwater.kernels.rwpo} holds the
 * layers themselves.
 *
 * <p>Symbols: u keys in units of the bandwidth 1/√κ, in ascending order; lg their log-weights
 * −logZ; D offset of two boxes; s, t distances from a box's centre.
 */
@Export
@Version("0.1.0")
package org.headwater.kernels.layer;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
