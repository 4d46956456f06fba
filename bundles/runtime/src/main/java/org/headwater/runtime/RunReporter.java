package org.headwater.runtime;

import java.io.IOException;

/**
 * Writes pictures and reports of a finished run into its directory; a service, of which there may
 * be none or several. The run is complete without.
 */
public interface RunReporter {
    /** Called when everything else has been written. */
    void report(RunResult run) throws IOException;
}
