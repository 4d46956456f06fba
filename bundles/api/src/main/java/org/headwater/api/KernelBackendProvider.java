package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Offers a kernel backend. */
@ConsumerType
public interface KernelBackendProvider extends Provider {
    /** Why it cannot be used on this machine, or the empty string when it can. */
    String unavailable();

    /** The backend in double precision. */
    default KernelBackend create() {
        return create(KernelBackend.Precision.DOUBLE);
    }

    /** The backend with the least precision that it may use; it may be more precise. */
    KernelBackend create(KernelBackend.Precision precision);
}
