/** The experiments of arXiv 2510.16356 and what its theory predicts, as commands with reports. */
@Export
@Version("0.1.0")
package org.headwater.experiments;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
