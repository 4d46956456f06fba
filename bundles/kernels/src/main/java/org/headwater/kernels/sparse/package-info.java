/**
 * Sparse symmetric positive definite systems with one pattern and many values: approximate minimum
 * degree ordering, elimination tree, and Cholesky factorisation A = LLᵀ.
 *
 * <p>Symbols: n order of A; L lower Cholesky factor of PAPᵀ; |L| its number of entries; i, j, k
 * rows and columns in elimination order.
 */
@Export
@Version("0.1.0")
package org.headwater.kernels.sparse;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
