package org.headwater.model.ellipticpde.internal;

/**
 * What drives and what observes the flow, apart from any grid.
 *
 * @param source f
 * @param wells x, y and rate of each point source, 3·wells values
 * @param boundary what holds on the sides
 * @param points x and y of each observation, 2m values
 */
record Flow(PlaneFunction source, double[] wells, Boundary boundary, double[] points) {
    /** m. */
    int observations() {
        return points.length / 2;
    }
}
