package org.headwater.studies.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Trial;
import org.headwater.studies.Calibration.Replicate;
import org.headwater.studies.CalibrationResult;
import org.headwater.studies.CalibrationResult.Coverage;

/** The files of a calibration: a file a replicate, and what follows from all. */
public final class CalibrationFiles {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();
    private static final String FINGERPRINT = "fingerprint.txt";

    private final Path directory;

    private CalibrationFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens a directory, or makes it.
     *
     * @param fingerprint of the study: what is in the directory must be of the same
     */
    public static CalibrationFiles open(Path directory, String fingerprint) throws IOException {
        Path mark = directory.resolve(FINGERPRINT);
        if (Files.exists(mark)) {
            if (!Files.readString(mark).strip().equals(fingerprint)) {
                throw other(directory, "which holds the calibration of another problem or seed");
            }
        } else if (Files.exists(directory)) {
            if (!Files.isDirectory(directory)) {
                throw other(directory, "which is a file");
            }
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent()) {
                    throw other(directory, "which holds other files");
                }
            }
        }
        Files.createDirectories(directory.resolve("replicates"));
        Files.writeString(mark, fingerprint + "\n");
        return new CalibrationFiles(directory);
    }

    private static InvalidInputException other(Path directory, String what) {
        return InvalidInputException.of(
                "--output",
                "must be new, empty, or hold replicates of this very study",
                directory + ", " + what,
                "choose another name");
    }

    private Path file(int index) {
        return directory
                .resolve("replicates")
                .resolve(String.format(Locale.ROOT, "%05d.json", index));
    }

    /** A replicate that is done; empty if it is not, or its file is damaged. */
    public Optional<Replicate> read(int index) throws IOException {
        if (!Files.exists(file(index))) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(
                    GSON.fromJson(Files.readString(file(index)), Replicate.class));
        } catch (JsonSyntaxException e) {
            return Optional.empty();
        }
    }

    /** Keeps a replicate. */
    public void write(Replicate replicate) throws IOException {
        StudyFiles.write(file(replicate.index()), GSON.toJson(replicate));
    }

    /** Writes calibration.json, ranks.csv and report.html. */
    public void write(CalibrationResult result, Trial trial, long seed) throws IOException {
        StudyFiles.write(
                directory.resolve("calibration.json"), GSON.toJson(json(result, trial, seed)));
        StudyFiles.write(directory.resolve("ranks.csv"), csv(result));
        StudyFiles.write(directory.resolve("report.html"), CalibrationPage.of(result, trial, seed));
    }

    private static Map<String, Object> json(CalibrationResult result, Trial trial, long seed) {
        Map<String, Object> out = new LinkedHashMap<>(StudyFiles.json(result.verdict()));
        out.put("problem", trial.name());
        out.put("solver", trial.solver());
        out.put("replicates", result.replicates().size());
        out.put("seed", seed);
        out.put("fingerprint", trial.fingerprint());
        List<Object> coverage = new ArrayList<>();
        for (Coverage c : result.coverage()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("level", c.level());
            row.put("found", c.found());
            row.put("standard-error", c.error());
            row.put("lowest-parameter", c.lowest());
            row.put("highest-parameter", c.highest());
            coverage.add(row);
        }
        out.put("coverage", coverage);
        Map<String, Object> ranks = new LinkedHashMap<>();
        for (int q = 0; q < result.pValues().length; q++) {
            ranks.put(result.quantities().get(q), result.pValues()[q]);
        }
        out.put("rank-p-values", ranks);
        out.put("tarp-p-value", result.distance());
        return out;
    }

    private static String csv(CalibrationResult result) {
        StringBuilder s = new StringBuilder("replicate,verdict,evaluations,seconds,tarp");
        result.quantities().forEach(q -> s.append(',').append(StudyFiles.quoted(q)));
        s.append('\n');
        for (Replicate r : result.replicates()) {
            s.append(r.index() + 1).append(',').append(r.status()).append(',').append(r.cost());
            s.append(String.format(Locale.ROOT, ",%.3f,%d", r.seconds(), r.nearer()));
            for (int rank : r.ranks()) {
                s.append(',').append(rank);
            }
            s.append('\n');
        }
        return s.toString();
    }
}
