/** Posteriors as exp(−½|R(u)|²), for methods that work with residuals. */
@Export
@Version("0.1.0")
package org.headwater.kernels.leastsquares;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
