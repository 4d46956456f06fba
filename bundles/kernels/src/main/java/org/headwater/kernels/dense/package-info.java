/** Small dense linear algebra on flat row-major arrays. */
@Export
@Version("0.1.0")
package org.headwater.kernels.dense;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
