package org.headwater.runtime.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.PosteriorExport.Format;

/** A run's posterior as one file. */
public final class PosteriorFiles {
    private PosteriorFiles() {}

    /** See {@link org.headwater.runtime.PosteriorExport#write}. */
    public static void write(Path run, Format format, Path file) throws IOException {
        Path zarr = run.resolve(DrawStore.NAME);
        if (!Files.isRegularFile(zarr.resolve(".zmetadata"))) {
            throw InvalidInputException.of(
                    "RUN_DIR",
                    "must be a run that has ended with results",
                    run + ", which holds no complete " + DrawStore.NAME,
                    "name a folder like runs/NAME, or go on with it by headwater run --resume");
        }
        if (Files.exists(file)) {
            throw InvalidInputException.of(
                    "--output", "must be a new file", file, "choose another name");
        }
        try {
            SafeFiles.write(
                    file,
                    out -> {
                        if (format == Format.NPZ) {
                            npz(zarr, out);
                        } else {
                            csv(run, out);
                        }
                    });
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a file that can be written",
                    file + " (" + e + ")",
                    "check the folder and the space on the disk, or choose another");
        }
    }

    private static void npz(Path zarr, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.NO_COMPRESSION);
        List<Path> arrays;
        try (Stream<Path> walk = Files.walk(zarr)) {
            arrays = walk.filter(p -> p.endsWith(".zarray")).map(Path::getParent).sorted().toList();
        }
        for (Path array : arrays) {
            String name = zarr.relativize(array).toString().replace('\\', '/');
            ZipEntry entry = new ZipEntry(name + ".npy");
            entry.setTime(0);
            zip.putNextEntry(entry);
            ZarrGroup.copyAsNpy(array, zip);
            zip.closeEntry();
        }
        zip.finish();
    }

    private static void csv(Path run, OutputStream out) throws IOException {
        List<String> rows = Files.readAllLines(run.resolve("summary.csv"));
        int numbers = rows.get(0).split(",").length - 1;
        List<String> names =
                rows.stream()
                        .skip(1)
                        .map(row -> row.replaceFirst("(,[^,]*){" + numbers + "}$", ""))
                        .toList();
        Path draw = run.resolve(DrawStore.NAME).resolve("posterior").resolve("draw");
        Object length = ((List<?>) ZarrGroup.description(draw).get("shape")).get(0);
        int n = ((Number) length).intValue();
        out.write(
                ("chain,draw," + String.join(",", names) + "\n").getBytes(StandardCharsets.UTF_8));
        try (InputStream in =
                new BufferedInputStream(Files.newInputStream(run.resolve("posterior.npy")))) {
            int[] shape = NpyFile.readShape(in);
            double[] row = new double[shape[1]];
            for (int i = 0; i < shape[0]; i++) {
                NpyFile.readNumbers(in, row, row.length);
                StringBuilder line = new StringBuilder().append(i / n).append(',').append(i % n);
                for (double x : row) {
                    line.append(',').append(x);
                }
                out.write(line.append('\n').toString().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
