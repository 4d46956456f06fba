package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Creates priors of one type. */
@ConsumerType
public interface PriorProvider extends Provider {
    /**
     * Creates a prior.
     *
     * @param settings validated against {@link PluginInfo#settings()}
     * @param shape the field that it acts on, with its mesh where it lives on one
     * @throws InvalidInputException if the settings do not fit the shape
     */
    Prior create(Settings settings, FieldShape shape);
}
