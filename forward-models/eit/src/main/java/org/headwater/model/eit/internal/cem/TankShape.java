package org.headwater.model.eit.internal.cem;

import org.headwater.api.InvalidInputException;

/**
 * A round tank with equally spaced electrodes of equal width.
 *
 * @param radius radius of the tank (m), &gt; 0
 * @param electrodes number of electrodes, at least 2
 * @param electrodeWidth arc length of one electrode (m), &gt; 0, smaller than the spacing of the
 *     electrodes' centres 2π·radius/electrodes
 * @param firstElectrodeAngle angle of the centre of electrode 0 (rad), counter-clockwise from +x
 * @param clockwise whether the electrodes are numbered clockwise
 */
public record TankShape(
        double radius,
        int electrodes,
        double electrodeWidth,
        double firstElectrodeAngle,
        boolean clockwise) {

    /**
     * @throws InvalidInputException with a key below {@code forward-model.tank} if a value breaks
     *     its rule, with {@code forward-model.tank.electrode-width} if electrodes would overlap
     */
    public TankShape {
        if (!(radius > 0) || Double.isInfinite(radius)) {
            throw InvalidInputException.of(
                    "forward-model.tank.radius",
                    "must be a finite number > 0",
                    radius,
                    "give the inner radius of the tank in metres");
        }
        if (electrodes < 2) {
            throw InvalidInputException.of(
                    "forward-model.tank.electrodes",
                    "must be at least 2",
                    electrodes,
                    "give the number of electrodes");
        }
        double spacing = 2 * Math.PI * radius / electrodes;
        if (!(electrodeWidth > 0) || !(electrodeWidth < spacing)) {
            throw InvalidInputException.of(
                    "forward-model.tank.electrode-width",
                    "must be in (0, "
                            + spacing
                            + ") m, the spacing of "
                            + electrodes
                            + " electrodes on a circle of radius "
                            + radius
                            + " m",
                    electrodeWidth,
                    "lower it so that the electrodes do not overlap");
        }
        if (!Double.isFinite(firstElectrodeAngle)) {
            throw InvalidInputException.of(
                    "forward-model.tank.first-electrode-angle",
                    "must be finite",
                    firstElectrodeAngle,
                    "give the angle of the first electrode's centre from +x");
        }
    }

    /**
     * The angle of the centre of an electrode (rad), counter-clockwise from +x, not reduced to [0,
     * 2π).
     */
    public double electrodeAngle(int electrode) {
        double step = 2 * Math.PI * electrode / electrodes;
        return clockwise ? firstElectrodeAngle - step : firstElectrodeAngle + step;
    }
}
