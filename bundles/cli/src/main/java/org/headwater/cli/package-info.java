/** How jobs, tables and problem files are shown: shared by command line, shell and server. */
@Export
@Version("0.1.0")
package org.headwater.cli;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
