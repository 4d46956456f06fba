package org.headwater.runtime.internal;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
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

    /**
     * Writes a state in the place of the one before, which is kept beside it: whenever the process
     * is killed, one of the two is whole.
     */
    static void replace(Path file, State state) throws IOException {
        Path next = file.resolveSibling("next.npz");
        write(next, state);
        if (Files.exists(file)) {
            Files.move(file, previous(file), ATOMIC_MOVE, REPLACE_EXISTING);
        }
        Files.move(next, file, ATOMIC_MOVE, REPLACE_EXISTING);
    }

    private static Path previous(Path file) {
        return file.resolveSibling("previous.npz");
    }

    /**
     * The newest state that can be read; empty when none was written yet.
     *
     * @param complaints told when the newest is damaged and the one before is taken
     * @throws IOException if all that there are are damaged
     */
    static Optional<State> latest(Path file, Consumer<String> complaints) throws IOException {
        Path previous = previous(file);
        if (!Files.exists(file)) {
            return Files.exists(previous) ? Optional.of(read(previous)) : Optional.empty();
        }
        try {
            return Optional.of(read(file));
        } catch (IOException | RuntimeException e) {
            if (!Files.exists(previous)) {
                throw e;
            }
            State older = read(previous);
            complaints.accept(
                    "the last checkpoint is damaged: the run goes on from the one before");
            return Optional.of(older);
        }
    }

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
