/**
 * Studies that take many runs of a problem: whether its posteriors are calibrated, and how solvers
 * compare. They know the runtime, and neither shell nor server.
 */
@Export
@Version("0.1.0")
package org.headwater.studies;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
