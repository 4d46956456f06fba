/** The checks as JUnit 5 classes that the author of a plug-in extends. */
@Export
@Version("0.1.0")
package org.headwater.testkit.junit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
