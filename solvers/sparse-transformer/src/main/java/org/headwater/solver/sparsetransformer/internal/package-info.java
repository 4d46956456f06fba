/** The solver {@code sparse-transformer}: settings of a flow that is trained by the kernels. */
package org.headwater.solver.sparsetransformer.internal;
