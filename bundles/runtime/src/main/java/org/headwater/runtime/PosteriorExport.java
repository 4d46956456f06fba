package org.headwater.runtime;

import java.io.IOException;
import java.nio.file.Path;
import org.headwater.runtime.internal.PosteriorFiles;

/** Writes a finished run's posterior for tools that do not read Zarr. */
public final class PosteriorExport {
    private PosteriorExport() {}

    /** The format of the file. */
    public enum Format {
        /** All arrays of posterior.zarr, named as there, e.g. {@code posterior/field}. */
        NPZ,
        /** A row per draw: chain, draw, parameters. */
        CSV
    }

    /**
     * Writes the file; memory does not grow with the number of draws.
     *
     * @param run the run's directory
     * @param file where to, must not be there yet
     * @throws org.headwater.api.InvalidInputException if the directory holds no posterior, or the
     *     file is there
     */
    public static void write(Path run, Format format, Path file) throws IOException {
        PosteriorFiles.write(run, format, file);
    }
}
