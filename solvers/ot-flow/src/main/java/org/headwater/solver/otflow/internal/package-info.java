/** The solver {@code ot-flow}: settings of a flow that is trained by the kernels. */
package org.headwater.solver.otflow.internal;
