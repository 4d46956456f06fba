package org.headwater.api;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Creates forward models of one type, and reads and writes the data that belong to them: the {@code
 * forward-model} and {@code data} sections of a problem file are checked against {@link
 * PluginInfo#settings()} and {@link #dataSettings()}.
 */
@ConsumerType
public interface ForwardModelProvider extends Provider {
    /** The keys of the {@code data} section. */
    SettingsSchema dataSettings();

    /**
     * Creates a model for the experiment that the data section describes. Reads what the experiment
     * needs (e.g. currents and a reference frame), not the measured data themselves.
     *
     * @throws InvalidInputException if the settings contradict each other or a file is wrong
     */
    ForwardModel create(Settings model, Settings data);

    /**
     * Reads the measured data, m values in the model's order.
     *
     * @param model the model that {@link #create} gave for the same settings
     * @throws InvalidInputException if a file is missing, has the wrong shape (both are named), or
     *     holds NaN or infinity (row and column are named)
     */
    double[] observe(Settings model, Settings data, ForwardModel created);

    /**
     * Prepares noise-free synthetic data, on a finer discretisation than the model's where there is
     * one. The default takes {@code truth} as a file of d parameters, one a line, and writes {@code
     * values.csv}.
     *
     * @param truth a file that says what is in the unknown; its format is the model's
     * @throws InvalidInputException if the truth is wrong
     */
    default Simulation simulate(Settings model, Settings data, Path truth) {
        ForwardModel created = create(model, data);
        return ParameterSimulation.of(created, NumberFiles.read(truth, "truth"), truth);
    }

    /** Noise-free synthetic data that can be written once noise was added to them. */
    interface Simulation {
        /** The noise-free data, m values in the model's order. */
        double[] clean();

        /**
         * Writes the noisy data into a directory, with whatever else describes the truth.
         *
         * @param directory exists
         * @param noisy m values
         * @param random for further noisy data, e.g. a reference frame with noise of the same kind
         * @param noise adds noise to clean data of the same experiment
         * @return the {@code data} section that reads them back, file names relative to the
         *     directory
         */
        Map<String, Object> write(
                Path directory, double[] noisy, RandomStream random, NoiseSource noise)
                throws IOException;
    }

    /** Adds noise to clean data. */
    @FunctionalInterface
    interface NoiseSource {
        /** A noisy copy of {@code clean}. */
        double[] addTo(double[] clean, RandomStream random);
    }
}
