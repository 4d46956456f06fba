package org.headwater.runtime;

import java.nio.file.Path;

/**
 * How to run a problem.
 *
 * @param output the run directory, or null for {@code runs/NAME}, {@code runs/NAME-2} …
 * @param command the command that started it, for the report
 * @param listener told of progress, from the job's thread
 */
public record RunOptions(Path output, String command, Job.Listener listener) {}
