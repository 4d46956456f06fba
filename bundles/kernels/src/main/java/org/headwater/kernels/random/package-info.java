/** Random streams that are identified by keys, not by how often they were used. */
@Export
@Version("0.1.0")
package org.headwater.kernels.random;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
