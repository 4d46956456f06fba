package org.headwater.model.eit.internal.cem;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.InvalidInputException;

/**
 * A round tank with electrodes on its wall.
 *
 * @param radius radius of the tank (m), &gt; 0
 * @param electrodes at least 2, which do not touch
 */
public record TankShape(double radius, List<Electrode> electrodes) {
    private static final String WIDTH = "forward-model.tank.electrode-width";

    /**
     * An electrode.
     *
     * @param angle angle of its centre (rad), counter-clockwise from +x
     * @param width its arc length (m), &gt; 0
     */
    public record Electrode(double angle, double width) {}

    /**
     * @throws InvalidInputException with a key below {@code forward-model.tank} if a value breaks
     *     its rule, with {@code forward-model.tank.electrode-angles} if electrodes overlap
     */
    public TankShape {
        electrodes = List.copyOf(electrodes);
        if (!(radius > 0) || Double.isInfinite(radius)) {
            throw InvalidInputException.of(
                    "forward-model.tank.radius",
                    "must be a finite number > 0",
                    radius,
                    "give the inner radius of the tank in metres");
        }
        if (electrodes.size() < 2) {
            throw InvalidInputException.of(
                    "forward-model.tank.electrodes",
                    "must be at least 2",
                    electrodes.size(),
                    "give the number of electrodes");
        }
        for (int l = 0; l < electrodes.size(); l++) {
            if (!(electrodes.get(l).width() > 0)) {
                throw InvalidInputException.of(
                        WIDTH,
                        "must be a number > 0 for each electrode",
                        electrodes.get(l).width() + " for electrode " + (l + 1),
                        "give the arc length in metres");
            }
        }
        requireApart(radius, electrodes);
    }

    private static void requireApart(double radius, List<Electrode> electrodes) {
        int[] order = order(electrodes);
        for (int s = 0; s < order.length; s++) {
            int here = order[s];
            int next = order[(s + 1) % order.length];
            double apart = turn(electrodes.get(here).angle(), electrodes.get(next).angle());
            double covered = (electrodes.get(here).width() + electrodes.get(next).width()) / 2;
            if (!(apart * radius > covered)) {
                throw InvalidInputException.of(
                        "forward-model.tank.electrode-angles",
                        "must keep electrodes apart; electrodes "
                                + (here + 1)
                                + " and "
                                + (next + 1)
                                + " need more than "
                                + covered
                                + " m between their centres along the wall",
                        apart * radius + " m",
                        "correct their angles or electrode-width");
            }
        }
    }

    /**
     * Equally spaced electrodes of equal width.
     *
     * @param electrodeWidth arc length of one electrode (m), smaller than the spacing of the
     *     electrodes' centres 2π·radius/electrodes
     * @param firstElectrodeAngle angle of the centre of electrode 0 (rad)
     * @param clockwise whether the electrodes are numbered clockwise
     * @throws InvalidInputException with a key below {@code forward-model.tank} if a value breaks
     *     its rule
     */
    public static TankShape equal(
            double radius,
            int electrodes,
            double electrodeWidth,
            double firstElectrodeAngle,
            boolean clockwise) {
        double spacing = 2 * Math.PI * radius / electrodes;
        if (!Double.isFinite(firstElectrodeAngle)) {
            throw InvalidInputException.of(
                    "forward-model.tank.first-electrode",
                    "must be finite",
                    firstElectrodeAngle,
                    "give the angle of the first electrode's centre from +x");
        }
        if (radius > 0 && electrodeWidth >= spacing) {
            throw InvalidInputException.of(
                    WIDTH,
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
        List<Electrode> list = new ArrayList<>();
        for (int l = 0; l < electrodes; l++) {
            double step = 2 * Math.PI * l / electrodes;
            double angle = clockwise ? firstElectrodeAngle - step : firstElectrodeAngle + step;
            list.add(new Electrode(angle, electrodeWidth));
        }
        return new TankShape(radius, list);
    }

    /** Arc length of the narrowest electrode, m. */
    double narrowest() {
        return electrodes.stream().mapToDouble(Electrode::width).min().orElseThrow();
    }

    /** The electrodes counter-clockwise from electrode 0 on. */
    int[] order() {
        return order(electrodes);
    }

    private static int[] order(List<Electrode> electrodes) {
        double first = electrodes.get(0).angle();
        List<Integer> order = new ArrayList<>();
        for (int l = 0; l < electrodes.size(); l++) {
            order.add(l);
        }
        // electrode 0 first, also where another one lies at its angle
        order.subList(1, order.size())
                .sort(
                        (a, b) ->
                                Double.compare(
                                        turn(first, electrodes.get(a).angle()),
                                        turn(first, electrodes.get(b).angle())));
        return order.stream().mapToInt(l -> l).toArray();
    }

    /** The counter-clockwise turn from one angle to another, in [0, 2π). */
    static double turn(double from, double to) {
        double full = 2 * Math.PI;
        double rest = (to - from) % full;
        return rest < 0 ? rest + full : rest;
    }
}
