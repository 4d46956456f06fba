package org.headwater.model.eit.internal.cem;

import java.io.IOException;
import java.nio.file.Path;

/** Reads meshes that Gmsh wrote as ASCII {@code .msh}, versions 2.2 and 4.1. */
public final class GmshReader {
    private GmshReader() {}

    /**
     * Reads 3-node triangles and the 2-node lines in the physical groups {@code electrode1}, {@code
     * electrode2}, … (or {@code electrode-1}, {@code electrode_1}; consecutive numbers from 1).
     * Other elements are ignored, as are nodes that no triangle uses. Coordinates x and y are taken
     * as metres.
     *
     * @throws org.headwater.api.InvalidInputException with the file's name and the line if the file
     *     is not such a mesh
     * @throws IOException if the file cannot be read
     */
    public static ElectrodeMesh read(Path file) throws IOException {
        throw new UnsupportedOperationException();
    }
}
