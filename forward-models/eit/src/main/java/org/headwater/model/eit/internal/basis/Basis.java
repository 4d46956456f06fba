package org.headwater.model.eit.internal.basis;

import java.util.List;

/**
 * A basis on a mesh: its matrix and the names of its coefficients.
 *
 * @param matrix T × d
 * @param names d names
 * @param isElements whether coefficient t is the value on triangle t
 */
public record Basis(BasisMatrix matrix, List<String> names, boolean isElements) {
    /** A basis whose coefficients are not the triangles' values. */
    public Basis(BasisMatrix matrix, List<String> names) {
        this(matrix, names, false);
    }

    /** Checks that every coefficient has a name. */
    public Basis {
        names = List.copyOf(names);
        if (names.size() != matrix.columns()) {
            throw new IllegalArgumentException(
                    names.size() + " names for " + matrix.columns() + " coefficients");
        }
    }

    /** d, the number of coefficients. */
    public int size() {
        return names.size();
    }
}
