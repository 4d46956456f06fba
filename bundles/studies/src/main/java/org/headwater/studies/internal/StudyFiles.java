package org.headwater.studies.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Reason;
import org.headwater.runtime.Verdict;

/** What the files of all studies have in common. */
final class StudyFiles {
    private StudyFiles() {}

    /** Writes beside and moves, so that a file is whole or not there. */
    static void write(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@code status} and {@code reasons}, as in verdict.json. */
    static Map<String, Object> json(Verdict verdict) {
        List<Object> reasons = new ArrayList<>();
        for (Reason r : verdict.reasons()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("status", r.status().name());
            entry.put("code", r.code());
            entry.put("message", r.message());
            entry.put("value", finite(r.value()));
            entry.put("limit", finite(r.limit()));
            entry.put("remedy", r.remedy());
            reasons.add(entry);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("status", verdict.status().name());
        out.put("reasons", reasons);
        return out;
    }

    /** A number, or null for what JSON has no word for. */
    static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** A cell of a CSV file. */
    static String quoted(String name) {
        boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n');
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
