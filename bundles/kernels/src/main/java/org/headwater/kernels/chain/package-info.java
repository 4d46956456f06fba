/** What Markov chains of any kind need: statistics of their draws, and the tuning of their step. */
@Export
@Version("0.1.0")
package org.headwater.kernels.chain;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
