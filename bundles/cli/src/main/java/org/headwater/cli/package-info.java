/** How jobs and tables read in a terminal: shared by the command line and the shell. */
@Export
@Version("0.1.0")
package org.headwater.cli;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
