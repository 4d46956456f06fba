/** The most probable point of a posterior, and the Gaussian around it. */
@Export
@Version("0.1.0")
package org.headwater.kernels.laplace;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
