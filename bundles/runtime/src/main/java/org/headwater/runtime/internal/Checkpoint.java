package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.headwater.api.State;

/**
 * The state of a run as one NPZ file ({@code numpy.load} reads it): an entry {@code NAME.npy} for
 * each array (one-dimensional float64) and each scalar (zero-dimensional). The zip format's
 * checksums tell a damaged file. Random streams need no state: they follow from the seed and the
 * iteration.
 */
final class Checkpoint {
    private static final String SUFFIX = ".npy";

    private Checkpoint() {}

    /** Writes a state; the file is replaced at once or not at all. */
    static void write(Path file, State state) throws IOException {
        SafeFiles.write(
                file,
                out -> {
                    ZipOutputStream zip = new ZipOutputStream(out);
                    zip.setLevel(Deflater.NO_COMPRESSION);
                    for (String name : state.scalarNames()) {
                        entry(zip, name, new double[] {state.scalar(name)});
                    }
                    for (String name : state.arrayNames()) {
                        double[] array = state.array(name);
                        entry(zip, name, array, array.length);
                    }
                    zip.finish();
                });
    }

    private static void entry(ZipOutputStream zip, String name, double[] data, int... shape)
            throws IOException {
        ZipEntry entry = new ZipEntry(name + SUFFIX);
        entry.setTime(0);
        zip.putNextEntry(entry);
        NpyFile.write(zip, data, shape);
        zip.closeEntry();
    }

    /** Reads a state back, bit for bit; a stream checks the checksums, the directory the number. */
    static State read(Path file) throws IOException {
        int entries;
        try (ZipFile whole = new ZipFile(file.toFile())) {
            entries = whole.size();
        }
        State state = State.empty();
        try (InputStream in = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                String name = e.getName().substring(0, e.getName().length() - SUFFIX.length());
                NpyFile.Content content = NpyFile.read(zip);
                state =
                        content.isScalar()
                                ? state.with(name, content.data()[0])
                                : state.with(name, content.data());
                zip.closeEntry();
                entries--;
            }
        }
        if (entries != 0) {
            throw new IOException(file + " is incomplete");
        }
        return state;
    }
}
