package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A field on a geometry that follows from the parameters, e.g. the conductivity of each triangle.
 * Thread-safe.
 */
@ConsumerType
public interface DerivedField {
    /** Name, used in file names: {@code conductivity} gives {@code conductivity-mean.csv}. */
    String name();

    /** Unit, or the empty string. */
    String unit();

    /** Where it lives. */
    Geometry geometry();

    /**
     * The value around which the field varies, e.g. 0 for a change; NaN when there is none. Fields
     * with one are drawn with a diverging colour map and get an exceedance picture.
     */
    double neutral();

    /**
     * Values on the triangles.
     *
     * @param theta holds d parameters from {@code offset} on, not modified
     * @param offset where they start
     * @param out one value per triangle, modified
     */
    void evaluate(double[] theta, int offset, double[] out);
}
