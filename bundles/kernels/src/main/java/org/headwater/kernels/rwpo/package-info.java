/**
 * The layers of the regularised Wasserstein proximal operator (RWPO): softmax barycentres of
 * particles, the update that they drive, and the covariance correction of the tensorised layer.
 * Source: Han, Osher, Li, arXiv 2510.16356; the formulas here are derived anew, secondary summaries
 * of the paper misprint the layer.
 *
 * <p>Symbols: x_i particles (N × d), also keys; A_j queries (M × d); T the operator's time; η step;
 * β inverse temperature; κ = β/(4T); Z normaliser of the prior's kernel at a key; w softmax
 * weights; x̄ barycentre Σ_l w_l x_l.
 */
@Export
@Version("0.1.0")
package org.headwater.kernels.rwpo;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
