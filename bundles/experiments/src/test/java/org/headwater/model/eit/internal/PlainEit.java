package org.headwater.model.eit.internal;

import org.headwater.api.ForwardModelProvider;

/** Tomography outside a framework. */
public final class PlainEit {
    private PlainEit() {}

    /** The provider. */
    public static ForwardModelProvider provider() {
        return new EitProvider("0.1.0");
    }
}
