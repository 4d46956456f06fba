package org.headwater.model.eit.internal.basis;

import java.util.List;

/**
 * A basis on a mesh: its matrix and the names of its coefficients.
 *
 * @param matrix T × d
 * @param names d names
 */
public record Basis(BasisMatrix matrix, List<String> names) {
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
