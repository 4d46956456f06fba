/**
 * Whether draws are those of a posterior: distances between two sets of draws, discrepancies
 * between draws and a density, tests of residuals, and of ranks for calibration. Static methods
 * without state; randomness and threads are arguments. Markov-chain statistics are in {@code
 * org.headwater.kernels.chain}.
 */
@Export
@Version("0.1.0")
package org.headwater.diagnostics;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
