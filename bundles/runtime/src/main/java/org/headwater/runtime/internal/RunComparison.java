package org.headwater.runtime.internal;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Reproduction;
import org.headwater.runtime.Reproduction.Agreement;

/** Compares the results in two run directories, file by file. */
public final class RunComparison {
    private static final String RUN = "RUN_DIR";

    /** Of a parameter's standard deviation, or of an image's range. */
    private static final double ROUNDING = 1e-6;

    /** Standard errors; a normal number is further off with odds of 6e-7. */
    private static final double ERRORS = 5;

    /** Columns of summary.csv after the name. */
    private static final int MEAN = 0;

    private static final int SD = 1;
    private static final int ESS = 5;
    private static final int MCSE = 6;

    private final Path run;
    private final Path again;
    private final List<String> files = new ArrayList<>();
    private Agreement agreement = Agreement.SAME;

    private RunComparison(Path run, Path again) {
        this.run = run;
        this.again = again;
    }

    /** See {@link Reproduction#problem}. */
    public static ProblemFile problem(Path run) {
        Path problem = run.resolve("problem.yaml");
        Path manifest = run.resolve("manifest.json");
        if (!Files.isRegularFile(manifest) || !Files.isRegularFile(problem)) {
            throw InvalidInputException.of(
                    RUN, "must be a run directory", run, "name a folder like runs/NAME");
        }
        try {
            Manifest of = Manifest.read(manifest);
            if (!Manifest.DONE.equals(of.status())) {
                throw InvalidInputException.of(
                        RUN,
                        "must be a run that has ended with results",
                        run + ", whose status is " + of.status(),
                        "go on with it: headwater run --resume " + run);
            }
            String changed = of.changedInput(problem);
            if (changed != null) {
                throw InvalidInputException.of(
                        RUN,
                        "cannot be reproduced without the files that it read, but " + changed,
                        null,
                        "restore the file");
            }
            requireWhole(run);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    RUN,
                    "must be a run directory whose files are whole",
                    run + " (" + e.getMessage() + ")",
                    "restore the file, or start the run anew: headwater run " + problem);
        }
        return ProblemFile.read(problem, List.of());
    }

    /** See {@link Reproduction#of}. */
    public static Reproduction of(Path run, Path again) throws IOException {
        RunComparison c = new RunComparison(run, again);
        List<String> changes =
                changes(
                        Manifest.read(run.resolve("manifest.json")).content(),
                        Manifest.read(again.resolve("manifest.json")).content());
        c.results("");
        Path segments = run.resolve("segments");
        for (String segment : names(segments, again.resolve("segments"), Files::isDirectory)) {
            c.results("segments/" + segment + "/");
        }
        if (c.agreement == Agreement.WITHIN_TOLERANCE && changes.isEmpty()) {
            c.differs("nothing else has changed, so the bytes should be the same");
        }
        return new Reproduction(c.agreement, List.copyOf(c.files), changes);
    }

    /** Makes sure, before hours of computing, that there will be something to compare with. */
    private static void requireWhole(Path run) throws IOException {
        List<Path> parts = new ArrayList<>(List.of(run));
        Path segments = run.resolve("segments");
        for (String segment : names(segments, segments, Files::isDirectory)) {
            parts.add(segments.resolve(segment));
        }
        for (Path part : parts) {
            Path images = part.resolve("images");
            requireWhole(run, part.resolve("posterior.npy"), NpyFile::requireWhole);
            requireWhole(run, part.resolve("summary.csv"), RunComparison::summary);
            for (String image : names(images, images, p -> p.toString().endsWith(".csv"))) {
                requireWhole(run, images.resolve(image), RunComparison::numbers);
            }
        }
    }

    private interface Reader {
        void read(Path file) throws IOException;
    }

    private static void requireWhole(Path run, Path file, Reader reader) throws IOException {
        try {
            reader.read(file);
        } catch (FileSystemException e) {
            throw new IOException(run.relativize(file) + " cannot be read", e);
        } catch (IOException | NumberFormatException e) {
            String why = e instanceof EOFException ? "it ends too early" : e.getMessage();
            throw new IOException(run.relativize(file) + " is damaged: " + why, e);
        }
    }

    private interface Filter {
        boolean accepts(Path path);
    }

    /** Names of files in one folder or the other; none if neither is there. */
    private static SortedSet<String> names(Path a, Path b, Filter filter) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        for (Path folder : List.of(a, b)) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> walk = Files.list(folder)) {
                    walk.filter(filter::accepts).forEach(p -> names.add(p.getFileName() + ""));
                }
            }
        }
        return names;
    }

    /** Compares what is below one folder of the runs. */
    private void results(String folder) throws IOException {
        boolean chains = false;
        if (!same(folder + "posterior.npy")) {
            chains = posterior(folder);
        }
        if (!same(folder + "summary.csv")) {
            note(folder + "summary.csv: other numbers, which follow the draws");
        }
        zarr(folder + DrawStore.NAME);
        for (String image :
                names(
                        run.resolve(folder + "images"),
                        again.resolve(folder + "images"),
                        p -> p.toString().endsWith(".csv"))) {
            String name = folder + "images/" + image;
            if (!same(name)) {
                image(name, chains);
            }
        }
    }

    /** Whether a file has the same bytes in both, or is missing in one, which is noted, too. */
    private boolean same(String name) throws IOException {
        Path a = run.resolve(name);
        Path b = again.resolve(name);
        if (!Files.exists(a) || !Files.exists(b)) {
            differs(name + ": missing in " + (Files.exists(a) ? again : run));
            return true;
        }
        if (Files.mismatch(a, b) >= 0) {
            return false;
        }
        files.add(name + ": same bytes");
        return true;
    }

    private void note(String line) {
        files.add(line);
        if (agreement == Agreement.SAME) {
            agreement = Agreement.WITHIN_TOLERANCE;
        }
    }

    private void differs(String line) {
        files.add(line);
        agreement = Agreement.DIFFERENT;
    }

    private void judge(boolean agrees, String line) {
        if (agrees) {
            note(line);
        } else {
            differs(line);
        }
    }

    /** Compares draws; whether they are of chains that took another path. */
    private boolean posterior(String folder) throws IOException {
        String name = folder + "posterior.npy";
        double[][] before = summary(run.resolve(folder + "summary.csv"));
        double[][] after = summary(again.resolve(folder + "summary.csv"));
        double off = offBy(run.resolve(name), again.resolve(name), before);
        boolean chains = Arrays.stream(before).allMatch(row -> Double.isFinite(row[ESS]));
        if (off <= ROUNDING || !chains || before.length != after.length) {
            judge(
                    off <= ROUNDING,
                    name
                            + ": differs by "
                            + number(off)
                            + " sd at most, limit "
                            + number(ROUNDING));
            return false;
        }
        double errors = 0;
        for (int j = 0; j < before.length; j++) {
            double[] a = before[j];
            double[] b = after[j];
            double mean = Math.abs(a[MEAN] - b[MEAN]) / Math.hypot(a[MCSE], b[MCSE]);
            double spread = Math.abs(a[SD] - b[SD]) / sdError(a, b);
            errors = Math.max(errors, Math.max(mean, spread));
        }
        judge(
                errors <= ERRORS,
                name
                        + ": the chains took another path; means and sds differ by "
                        + number(errors)
                        + " Monte Carlo errors at most, limit "
                        + number(ERRORS));
        return true;
    }

    /**
     * Of the difference of two standard deviations: each has the variance (κ − 1)sd²/(4·ESS), with
     * the kurtosis κ = 6 of a Laplace distribution, so that heavy tails raise no alarm.
     */
    private static double sdError(double[] a, double[] b) {
        return Math.hypot(a[SD] * Math.sqrt(1.25 / a[ESS]), b[SD] * Math.sqrt(1.25 / b[ESS]));
    }

    /** The numbers of summary.csv's rows. */
    private static double[][] summary(Path file) throws IOException {
        List<double[]> rows = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String head = in.readLine();
            if (head == null) {
                throw new EOFException();
            }
            int columns = head.split(",").length - 1;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] cells = line.split(",", -1);
                if (cells.length <= columns) {
                    throw new IOException("a row has too few cells: " + line);
                }
                double[] row = new double[columns];
                for (int i = 0; i < row.length; i++) {
                    String cell = cells[cells.length - row.length + i];
                    row[i] = cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
                }
                rows.add(row);
            }
        }
        return rows.toArray(double[][]::new);
    }

    /** The largest difference of two draws in units of their parameter's standard deviation. */
    private static double offBy(Path a, Path b, double[][] summary) throws IOException {
        try (InputStream first = new BufferedInputStream(Files.newInputStream(a));
                InputStream second = new BufferedInputStream(Files.newInputStream(b))) {
            int[] shape = NpyFile.readShape(first);
            if (!Arrays.equals(shape, NpyFile.readShape(second)) || shape[1] != summary.length) {
                return Double.POSITIVE_INFINITY;
            }
            double[] x = new double[shape[1]];
            double[] y = new double[shape[1]];
            double off = 0;
            for (int i = 0; i < shape[0]; i++) {
                NpyFile.readNumbers(first, x, x.length);
                NpyFile.readNumbers(second, y, y.length);
                for (int j = 0; j < x.length; j++) {
                    double delta = Math.abs(x[j] - y[j]);
                    off = delta == 0 ? off : Math.max(off, delta / summary[j][SD]);
                }
            }
            return off;
        }
    }

    /** The draws in it are those of posterior.npy, which are judged there. */
    private void zarr(String name) throws IOException {
        SortedSet<String> all = new TreeSet<>();
        for (Path root : List.of(run.resolve(name), again.resolve(name))) {
            if (!Files.isDirectory(root)) {
                differs(name + ": missing in " + root.getParent());
                return;
            }
            try (Stream<Path> walk = Files.walk(root)) {
                walk.filter(Files::isRegularFile)
                        .forEach(file -> all.add(root.relativize(file).toString()));
            }
        }
        int other = 0;
        for (String file : all) {
            Path a = run.resolve(name).resolve(file);
            Path b = again.resolve(name).resolve(file);
            if (!Files.exists(a) || !Files.exists(b) || Files.mismatch(a, b) >= 0) {
                other++;
            }
        }
        if (other == 0) {
            files.add(name + ": same bytes");
        } else {
            note(name + ": " + other + " of " + all.size() + " files differ");
        }
    }

    private void image(String name, boolean chains) throws IOException {
        double[] a = numbers(run.resolve(name));
        double[] b = numbers(again.resolve(name));
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        double off = a.length == b.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < Math.min(a.length, b.length); i++) {
            if (Double.isNaN(a[i]) != Double.isNaN(b[i])) {
                off = Double.POSITIVE_INFINITY;
            } else if (!Double.isNaN(a[i])) {
                least = Math.min(least, a[i]);
                most = Math.max(most, a[i]);
                off = Math.max(off, Math.abs(a[i] - b[i]));
            }
        }
        double share = off == 0 ? 0 : off / (most - least);
        String line = name + ": differs by " + number(share) + " of its range at most";
        if (chains) {
            note(line + ", not judged, as it follows the draws");
        } else {
            judge(share <= ROUNDING, line + ", limit " + number(ROUNDING));
        }
    }

    private static double[] numbers(Path csv) throws IOException {
        String text = Files.readString(csv, StandardCharsets.UTF_8);
        return Arrays.stream(text.strip().split("[,\\s]+"))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    private static String number(double x) {
        return String.format(Locale.ROOT, "%.2g", x);
    }

    /** What two manifests say differently of the platform, the plug-ins and the machine. */
    private static List<String> changes(Map<String, Object> then, Map<String, Object> now) {
        List<String> changes = new ArrayList<>();
        boolean vector = at(then, "backend", "type").equals("vector");
        String[][] keys = {
            {"headwater"},
            {"java", "version"},
            {"os", "architecture"},
            {"cpu", "model"},
            {"backend", "description"},
            {vector ? "" : "threads"}
        };
        for (String[] key : keys) {
            String a = at(then, key);
            String b = at(now, key);
            if (!a.equals(b)) {
                changes.add(String.join(" ", key) + ": " + a + ", now " + b);
            }
        }
        for (String list : List.of("plugins", "platform")) {
            Map<String, String> before = builds(then.get(list));
            Map<String, String> after = builds(now.get(list));
            SortedSet<String> bundles = new TreeSet<>(before.keySet());
            bundles.addAll(after.keySet());
            for (String bundle : bundles) {
                String a = before.getOrDefault(bundle, "none");
                String b = after.getOrDefault(bundle, "none");
                if (!a.equals(b) && changes.stream().noneMatch(c -> c.startsWith(bundle + ":"))) {
                    changes.add(bundle + ": " + a + ", now " + b);
                }
            }
        }
        return List.copyOf(changes);
    }

    private static String at(Map<String, Object> map, String... key) {
        Object value = map;
        for (String k : key) {
            value = value instanceof Map<?, ?> m ? m.get(k) : null;
        }
        return String.valueOf(value);
    }

    /** Version and the beginning of the hash of each bundle in a list. */
    private static Map<String, String> builds(Object list) {
        Map<String, String> builds = new LinkedHashMap<>();
        if (list instanceof List<?> entries) {
            for (Object o : entries) {
                Map<?, ?> e = (Map<?, ?>) o;
                String hash = String.valueOf(e.get("sha256"));
                builds.put(
                        String.valueOf(e.get("bundle")),
                        e.get("version") + (hash.length() < 12 ? "" : " " + hash.substring(0, 12)));
            }
        }
        return builds;
    }
}
