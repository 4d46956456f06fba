package org.headwater.runtime.internal;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Json;

/**
 * log.jsonl: one JSON object a line for each step, notice and phase, on the disk's way at once.
 * Thread-safe.
 */
final class RunLog implements Closeable {
    private static final String EVENT = "event";
    private static final String STEP = "step";
    private static final String ITERATION = "iteration";
    private static final String RESIDUAL = "residual";
    private static final String SPREAD = "spread";
    private static final String FAILED = "failed";
    private static final String VALUES = "values";

    private final BufferedWriter out;

    /** Opens a log, to go on at its end. */
    RunLog(Path file) throws IOException {
        out =
                Files.newBufferedWriter(
                        file,
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
    }

    /** Logs a step. */
    void step(StepInfo info) throws IOException {
        Map<String, Object> line = event(STEP);
        line.put(ITERATION, info.iteration());
        line.put(RESIDUAL, info.residual());
        line.put(SPREAD, info.spread());
        line.put(FAILED, info.failed());
        line.put(VALUES, info.values());
        write(line);
    }

    /** Logs a text of some kind, e.g. a notice or a phase. */
    void text(String kind, String text) throws IOException {
        Map<String, Object> line = event(kind);
        line.put("text", text);
        write(line);
    }

    private static Map<String, Object> event(String kind) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put(EVENT, kind);
        return line;
    }

    private synchronized void write(Map<String, Object> line) throws IOException {
        out.write(Json.line(line));
        out.write('\n');
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    /**
     * Cuts off what a log holds after the step of a checkpoint, and a last line that is torn.
     *
     * @return the steps that remain
     */
    static List<StepInfo> truncate(Path file, int iteration) throws IOException {
        List<StepInfo> steps = new ArrayList<>();
        if (!Files.exists(file)) {
            return steps;
        }
        StringBuilder kept = new StringBuilder();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            Map<String, Object> event;
            try {
                event = Json.object(line);
            } catch (IOException torn) {
                break;
            }
            if (STEP.equals(event.get(EVENT))) {
                StepInfo info = step(event);
                if (info.iteration() > iteration) {
                    break;
                }
                steps.add(info);
            }
            kept.append(line).append('\n');
        }
        SafeFiles.write(file, kept.toString());
        return steps;
    }

    private static StepInfo step(Map<String, Object> event) {
        Map<String, Double> values = new LinkedHashMap<>();
        if (event.get(VALUES) instanceof Map<?, ?> map) {
            map.forEach((k, v) -> values.put(String.valueOf(k), number(v)));
        }
        return new StepInfo(
                (int) number(event.get(ITERATION)),
                number(event.get(RESIDUAL)),
                number(event.get(SPREAD)),
                (int) number(event.get(FAILED)),
                values);
    }

    private static double number(Object value) {
        return value instanceof Number n ? n.doubleValue() : Double.NaN;
    }
}
