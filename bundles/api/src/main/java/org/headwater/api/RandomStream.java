package org.headwater.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A stream of random numbers, used by one thread at a time. Streams split by a key are independent
 * of each other and of how far this one was used: split by particle and the result does not depend
 * on the number of threads.
 */
@ProviderType
public interface RandomStream {
    /** Uniform on [0, 1). */
    double uniform();

    /** Standard normal. */
    double gaussian();

    /** Uniform on 0..bound−1. */
    int below(int bound);

    /** The sub-stream of a key; the same key gives the same stream. */
    RandomStream split(long key);
}
