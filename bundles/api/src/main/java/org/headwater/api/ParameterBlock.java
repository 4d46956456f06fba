package org.headwater.api;

import java.util.List;

/**
 * A group of a forward model's parameters: the unknown field, on which the problem's prior acts, or
 * nuisance parameters (contact impedance, background) with a Gaussian prior of their own.
 *
 * @param name e.g. {@code field}, {@code log-contact-impedance}
 * @param parameters one name per parameter
 * @param unit unit of the parameters, or the empty string
 * @param initial where solvers start, one value per parameter
 * @param shape the field's shape
 * @param sd standard deviation of the Gaussian prior N(initial, sd²) of each nuisance parameter, or
 *     null for the field
 */
public record ParameterBlock(
        String name,
        List<String> parameters,
        String unit,
        double[] initial,
        FieldShape shape,
        double[] sd) {
    /** Checks the lengths. */
    public ParameterBlock {
        parameters = List.copyOf(parameters);
        if (initial.length != parameters.size()
                || shape.dimension() != initial.length
                || (sd != null && sd.length != initial.length)) {
            throw new IllegalArgumentException(
                    "block " + name + ": names, initial values, shape and sd differ in length");
        }
    }

    /** Whether the problem's prior acts on this block. */
    public boolean isField() {
        return sd == null;
    }

    /** The number of parameters. */
    public int size() {
        return initial.length;
    }
}
