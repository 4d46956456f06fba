package org.headwater.api;

import java.util.function.Consumer;

/**
 * What a solver works with.
 *
 * @param workers threads
 * @param backend kernels
 * @param notices one-line messages for the user about what the solver decided; they go to the
 *     console and the log
 */
public record Resources(Workers workers, KernelBackend backend, Consumer<String> notices) {}
