package org.headwater.server.internal;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;

/**
 * The queue's entry of a job. Immutable.
 *
 * @param id number, ascending in the order of submission
 * @param name the problem's name
 * @param state where it stands; RUNNING also for one whose process has died
 * @param wanted what its user wants: that it goes on, pauses or ends
 * @param priority higher ones start first
 * @param owner whose token submitted it
 * @param sweep the sweep that it is part of, or the empty string
 * @param submitted when it was accepted
 * @param started when it first began, or null
 * @param finished when it ended, or null
 * @param tries how often it was started or resumed
 * @param memory what it takes beside Java itself, about, in bytes; 0 while unknown
 * @param verdict status of its verdict, or the empty string
 * @param error what ended it, as problem details; empty when nothing did
 */
record JobRecord(
        long id,
        String name,
        Job.Status state,
        Wish wanted,
        int priority,
        String owner,
        String sweep,
        Instant submitted,
        Instant started,
        Instant finished,
        int tries,
        long memory,
        String verdict,
        Map<String, Object> error) {
    /** What a user wants of a job. */
    enum Wish {
        RUN,
        PAUSE,
        CANCEL
    }

    /** A job that was accepted. */
    static JobRecord accepted(long id, String name, int priority, String owner, String sweep) {
        return new JobRecord(
                id,
                name,
                Job.Status.QUEUED,
                Wish.RUN,
                priority,
                owner,
                sweep,
                Instant.now(),
                null,
                null,
                0,
                0,
                "",
                Map.of());
    }

    /** Whether it will not go on by itself. */
    boolean isOver() {
        return isOver(state);
    }

    /** Whether a job in this state will not go on by itself. */
    static boolean isOver(Job.Status state) {
        return switch (state) {
            case DONE, FAILED, CANCELLED -> true;
            case QUEUED, RUNNING, PAUSED -> false;
        };
    }

    /** In another state that is no end. */
    JobRecord in(Job.Status other, Wish wish) {
        return new JobRecord(
                id, name, other, wish, priority, owner, sweep, submitted, started, null, tries,
                memory, "", Map.of());
    }

    /** About to be started or resumed. */
    JobRecord tried() {
        return new JobRecord(
                id,
                name,
                Job.Status.RUNNING,
                wanted,
                priority,
                owner,
                sweep,
                submitted,
                started == null ? Instant.now() : started,
                null,
                tries + 1,
                memory,
                "",
                Map.of());
    }

    /** Back in the queue, as if the last try had not been made. */
    JobRecord notTried() {
        return new JobRecord(
                id,
                name,
                Job.Status.QUEUED,
                wanted,
                priority,
                owner,
                sweep,
                submitted,
                started,
                null,
                Math.max(0, tries - 1),
                memory,
                "",
                Map.of());
    }

    /** With its memory estimated. */
    JobRecord taking(long bytes) {
        return new JobRecord(
                id, name, state, wanted, priority, owner, sweep, submitted, started, finished,
                tries, bytes, verdict, error);
    }

    /** At its end. */
    JobRecord ended(Job.Status last, String withVerdict, Map<String, Object> withError) {
        return new JobRecord(
                id,
                name,
                last,
                wanted,
                priority,
                owner,
                sweep,
                submitted,
                started,
                Instant.now(),
                tries,
                memory,
                withVerdict,
                withError);
    }

    /** With another priority. */
    JobRecord withPriority(int other) {
        return new JobRecord(
                id, name, state, wanted, other, owner, sweep, submitted, started, finished, tries,
                memory, verdict, error);
    }

    /** The entry as nested maps. */
    Map<String, Object> json() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", Long.toString(id));
        map.put("name", name);
        map.put("state", state.name());
        map.put("wanted", wanted.name());
        map.put("priority", priority);
        map.put("owner", owner);
        map.put("sweep", sweep);
        map.put("submitted", submitted.toString());
        map.put("started", started == null ? null : started.toString());
        map.put("finished", finished == null ? null : finished.toString());
        map.put("tries", tries);
        map.put("memory", memory);
        map.put("verdict", verdict);
        map.put("error", error);
        return map;
    }

    /** Reads what {@link #json} wrote. */
    static JobRecord of(Map<String, Object> map) throws IOException {
        try {
            return new JobRecord(
                    Long.parseLong(text(map, "id")),
                    text(map, "name"),
                    Job.Status.valueOf(text(map, "state")),
                    Wish.valueOf(text(map, "wanted")),
                    ((Number) map.get("priority")).intValue(),
                    text(map, "owner"),
                    text(map, "sweep"),
                    Instant.parse(text(map, "submitted")),
                    time(map.get("started")),
                    time(map.get("finished")),
                    ((Number) map.get("tries")).intValue(),
                    // entries of version 0.1.0 have none
                    map.get("memory") instanceof Number n ? n.longValue() : 0,
                    text(map, "verdict"),
                    Json.mapping(map.get("error")));
        } catch (RuntimeException e) {
            throw new IOException("not a job's entry: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, Object> map, String key) {
        if (map.get(key) instanceof String s) {
            return s;
        }
        throw new IllegalArgumentException(key + " is missing");
    }

    private static Instant time(Object value) {
        return value == null ? null : Instant.parse(value.toString());
    }
}
