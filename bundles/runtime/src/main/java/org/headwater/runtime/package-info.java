/**
 * What the command line, the shell, the server and the report stand on: problem files, the
 * installed plug-ins, jobs and their run directories.
 */
@Export
@Version("0.1.0")
package org.headwater.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
