/** {@link org.headwater.kernels.sparse.Lanes} on the Vector API. */
package org.headwater.kernels.sparse.simd;
