package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Offers a kernel backend. */
@ConsumerType
public interface KernelBackendProvider extends Provider {
    /** Why it cannot be used on this machine, or the empty string when it can. */
    String unavailable();

    /** The backend. */
    KernelBackend create();
}
