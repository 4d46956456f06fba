package org.headwater.model.eit.internal.basis;

import java.util.List;

/**
 * A basis on a mesh: its matrix and the names of its coefficients.
 *
 * @param matrix T × d
 * @param names d names
 * @param layout how the coefficients lie to each other
 * @param levels what turns the expansion into the change of conductivity; null if it is the change
 */
public record Basis(BasisMatrix matrix, List<String> names, Layout layout, LevelSet levels) {
    /** How coefficients lie to each other, which some priors need. */
    public enum Layout {
        /** A list. */
        VECTOR,
        /** A square image, row by row, row 0 at the top. */
        IMAGE,
        /** Coefficient t is the value on triangle t. */
        TRIANGLES
    }

    /** A basis whose coefficients are a list. */
    public Basis(BasisMatrix matrix, List<String> names) {
        this(matrix, names, Layout.VECTOR);
    }

    /** A basis whose expansion is the change of conductivity. */
    public Basis(BasisMatrix matrix, List<String> names, Layout layout) {
        this(matrix, names, layout, null);
    }

    /** The same expansion as the function of a level set. */
    public Basis with(LevelSet levelSet) {
        return new Basis(matrix, names, layout, levelSet);
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
