package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Creates noise models of one type. */
@ConsumerType
public interface NoiseProvider extends Provider {
    /**
     * Creates the noise model of measured data.
     *
     * @param settings validated against {@link PluginInfo#settings()}
     * @param measured m values, not kept
     * @throws InvalidInputException if the settings do not fit the data
     */
    Noise create(Settings settings, double[] measured);
}
