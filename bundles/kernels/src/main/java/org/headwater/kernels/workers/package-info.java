/** Threads for kernels: a pool that gives the same results whatever its size. */
@Export
@Version("0.1.0")
package org.headwater.kernels.workers;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
