package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.headwater.api.InvalidInputException;
import org.headwater.api.State;
import org.headwater.api.Workers;
import org.headwater.kernels.flow.TrainedFlow;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Jobs.Samples;
import org.headwater.runtime.Json;

/**
 * A trained flow as one NPZ file: its arrays and scalars ({@code numpy.load} reads them), and an
 * entry {@code flow.json} that says which problem, settings and plug-ins it is from.
 */
final class FlowFile {
    /** Its name in a run directory. */
    static final String NAME = "flow.npz";

    /** Stream of samples that are drawn from a file. */
    private static final long SAMPLES = 7;

    private static final String DESCRIPTION = "flow.json";
    private static final String SUFFIX = ".npy";
    private static final String FLOW = "FLOW";

    /** The largest n × d of a sample: 3.2 GB. */
    private static final long LARGEST = 400_000_000;

    private FlowFile() {}

    /** Writes a flow; the file is replaced at once or not at all. */
    static void write(Path file, State flow, Map<String, Object> description) throws IOException {
        SafeFiles.write(
                file,
                out -> {
                    ZipOutputStream zip = new ZipOutputStream(out);
                    zip.setLevel(Deflater.NO_COMPRESSION);
                    begin(zip, DESCRIPTION);
                    zip.write(Json.pretty(description).getBytes(StandardCharsets.UTF_8));
                    zip.closeEntry();
                    for (String name : flow.scalarNames()) {
                        begin(zip, name + SUFFIX);
                        NpyFile.write(zip, new double[] {flow.scalar(name)});
                        zip.closeEntry();
                    }
                    for (String name : flow.arrayNames()) {
                        double[] array = flow.array(name);
                        begin(zip, name + SUFFIX);
                        NpyFile.write(zip, array, array.length);
                        zip.closeEntry();
                    }
                    zip.finish();
                });
    }

    private static void begin(ZipOutputStream zip, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        zip.putNextEntry(entry);
    }

    /** What a flow file of a run says of its origin. */
    static Map<String, Object> description(Map<String, Object> manifest, List<String> parameters) {
        Map<String, Object> d = new LinkedHashMap<>();
        d.put("parameters", parameters);
        d.put("run", manifest);
        return d;
    }

    /** Draws samples from a file, or from that of a run directory, into new files. */
    static Samples sample(Path flow, int n, long seed, Path output, Workers workers) {
        Path file = Files.isDirectory(flow) ? flow.resolve(NAME) : flow;
        Path densities = densities(output);
        for (Path out : new Path[] {output, densities}) {
            if (Files.exists(out)) {
                throw InvalidInputException.of(
                        "--output",
                        "must name a file that does not exist",
                        out,
                        "choose another name; results are never overwritten");
            }
        }
        TrainedFlow trained = read(flow, file);
        int d = trained.shape().dimension();
        if ((long) n * d > LARGEST) {
            throw InvalidInputException.of(
                    "--n",
                    "times the " + d + " parameters must be at most " + LARGEST,
                    n,
                    "draw several samples with different seeds");
        }
        TrainedFlow.Draws draws = trained.draw(n, KeyedRandom.of(seed).split(SAMPLES), workers);
        boolean readout = trained.shape().last() == Last.READOUT;
        try {
            SafeFiles.write(output, out -> NpyFile.write(out, draws.points().data(), n, d));
            if (!readout) {
                SafeFiles.write(densities, out -> NpyFile.write(out, draws.logDensity(), n));
            }
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a file that can be written",
                    output + " (" + e.getMessage() + ")",
                    "check its permissions or choose another");
        }
        return new Samples(output, readout ? null : densities, d, draws.leastSlope());
    }

    private static Path densities(Path output) {
        String name = output.getFileName().toString();
        String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - 4) : name;
        return output.resolveSibling(stem + "-log-density" + SUFFIX);
    }

    private static TrainedFlow read(Path given, Path file) {
        if (!Files.isRegularFile(file)) {
            throw InvalidInputException.of(
                    FLOW,
                    "must be a trained flow or the directory of a run that has one",
                    given,
                    "run a problem with solver.type sparse-transformer or ot-flow first");
        }
        State state = State.empty();
        try (InputStream in = Files.newInputStream(file);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                if (e.getName().endsWith(SUFFIX)) {
                    String name = e.getName().substring(0, e.getName().length() - SUFFIX.length());
                    NpyFile.Content content = NpyFile.read(zip);
                    state =
                            content.isScalar()
                                    ? state.with(name, content.data()[0])
                                    : state.with(name, content.data());
                }
                zip.closeEntry();
            }
            return TrainedFlow.of(state);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw InvalidInputException.of(
                    FLOW,
                    "must be a flow file that this version can read",
                    file + " (" + e.getMessage() + ")",
                    "run the problem again to train it anew");
        }
    }
}
