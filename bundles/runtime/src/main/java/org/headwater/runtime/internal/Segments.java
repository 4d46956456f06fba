package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.headwater.api.InvalidInputException;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;

/**
 * A problem as a sequence of segments: segment 0 runs the problem file as it stands; each change in
 * its list {@code segments} begins the next one, which keeps the particles and starts the solver
 * anew with some of the sections {@code noise, prior, solver, backend} replaced. Immutable.
 *
 * @param base the problem file without its segments
 * @param changes in order of their iterations
 */
record Segments(ProblemFile base, List<Change> changes) {
    /** The key of the list in a problem file. */
    static final String KEY = "segments";

    /** The key of a change's iteration. */
    static final String FROM = "from-iteration";

    /** The kinds of plug-in that can change while a job runs. */
    static final List<PluginKind> KINDS =
            List.of(PluginKind.NOISE, PluginKind.PRIOR, PluginKind.SOLVER, PluginKind.BACKEND);

    /**
     * A change.
     *
     * @param from steps of the whole run that are done before it
     * @param sections the sections that it replaces; none for a mere new start
     */
    record Change(int from, Map<String, Object> sections) {}

    /** Copies the list. */
    Segments {
        changes = List.copyOf(changes);
    }

    /**
     * Reads a problem file's segments; their sections are not checked yet.
     *
     * @throws InvalidInputException if the list has a wrong form
     */
    static Segments of(ProblemFile file) {
        Map<String, Object> content = new LinkedHashMap<>(file.content());
        Object list = content.remove(KEY);
        ProblemFile base = new ProblemFile(file.name(), file.file(), file.directory(), content);
        if (list == null) {
            return new Segments(base, List.of());
        }
        try {
            return new Segments(base, changes(list));
        } catch (InvalidInputException e) {
            throw e.inFile(file.file().toString());
        }
    }

    private static List<Change> changes(Object list) {
        List<Change> changes = new ArrayList<>();
        int last = 0;
        for (Object o : list instanceof List<?> l ? l : Collections.singletonList(list)) {
            String path = KEY + "[" + changes.size() + "]";
            if (!(o instanceof Map<?, ?> map)) {
                throw InvalidInputException.of(
                        path,
                        "must be a mapping",
                        o,
                        "write for instance '- {from-iteration: 100, prior: {type: l1, weight: 2}}'");
            }
            Map<String, Object> sections = new LinkedHashMap<>();
            map.forEach((k, v) -> sections.put(String.valueOf(k), v));
            Object from = sections.remove(FROM);
            if (!(from instanceof Integer at) || at <= last) {
                throw InvalidInputException.of(
                        path + "." + FROM,
                        "must be a whole number > " + last,
                        from,
                        "give the number of steps after which the segment begins");
            }
            List<String> known = KINDS.stream().map(PluginKind::key).toList();
            for (String key : sections.keySet()) {
                if (!known.contains(key)) {
                    throw SettingsSchema.unknownKey(path + "." + key, key, known);
                }
            }
            changes.add(new Change(at, sections));
            last = at;
        }
        return changes;
    }

    /** The number of segments, ≥ 1. */
    int count() {
        return changes.size() + 1;
    }

    /** The problem file of a segment. */
    ProblemFile at(int segment) {
        Map<String, Object> content = new LinkedHashMap<>(base.content());
        for (Change change : changes.subList(0, segment)) {
            content.putAll(change.sections());
        }
        return new ProblemFile(base.name(), base.file(), base.directory(), content);
    }

    /**
     * Makes something of a segment's problem; an error in a section that the segment brings is one
     * of its entry in the list.
     */
    <T> T in(int segment, Function<ProblemFile, T> make) {
        try {
            return make.apply(at(segment));
        } catch (InvalidInputException e) {
            String section = e.key() == null ? "" : e.key().split("[.\\[]", 2)[0];
            if (segment == 0 || !changes.get(segment - 1).sections().containsKey(section)) {
                throw e;
            }
            throw e.atKey(KEY + "[" + (segment - 1) + "]." + e.key());
        }
    }

    /** The problem as a file would have it, the list of segments at its end. */
    Map<String, Object> content() {
        Map<String, Object> content = new LinkedHashMap<>(base.content());
        if (!changes.isEmpty()) {
            List<Object> list = new ArrayList<>();
            for (Change change : changes) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put(FROM, change.from());
                entry.putAll(change.sections());
                list.add(entry);
            }
            content.put(KEY, list);
        }
        return content;
    }

    /**
     * Checks every segment, and completes it with defaults and absolute file names.
     *
     * @throws InvalidInputException if a section is wrong or a plug-in is not installed
     */
    Segments resolved(Plugins plugins) {
        Map<String, Object> first = ProblemPlan.of(base, plugins).content();
        List<Change> all = new ArrayList<>();
        for (int s = 1; s <= changes.size(); s++) {
            Change change = changes.get(s - 1);
            Map<String, Object> content = in(s, file -> ProblemPlan.of(file, plugins)).content();
            Map<String, Object> sections = new LinkedHashMap<>(change.sections());
            sections.replaceAll((key, value) -> content.get(key));
            all.add(new Change(change.from(), sections));
        }
        return new Segments(
                new ProblemFile(base.name(), base.file(), base.directory(), first), all);
    }

    /** The iteration of the whole run at which a segment ends, if another follows it. */
    OptionalInt end(int segment) {
        return segment < changes.size()
                ? OptionalInt.of(changes.get(segment).from())
                : OptionalInt.empty();
    }

    /** These segments up to one, followed by a new one. */
    Segments then(int segment, int from, Map<String, Object> sections) {
        List<Change> all = new ArrayList<>(changes.subList(0, segment));
        all.add(new Change(from, sections));
        return new Segments(base, all);
    }

    /** These segments up to one, which itself gets other sections: it has not begun yet. */
    Segments instead(int segment, Map<String, Object> sections) {
        if (segment == 0) {
            Map<String, Object> content = new LinkedHashMap<>(base.content());
            content.putAll(sections);
            return new Segments(
                    new ProblemFile(base.name(), base.file(), base.directory(), content),
                    List.of());
        }
        Change begun = changes.get(segment - 1);
        Map<String, Object> merged = new LinkedHashMap<>(begun.sections());
        merged.putAll(sections);
        return then(segment - 1, begun.from(), merged);
    }
}
