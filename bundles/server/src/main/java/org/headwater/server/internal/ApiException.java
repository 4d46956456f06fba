package org.headwater.server.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.headwater.api.InvalidInputException;

/** A request that cannot be served, as problem details (RFC 9457). */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, Object> details;

    private ApiException(int status, Map<String, Object> details) {
        super(String.valueOf(details.get("detail")));
        this.status = status;
        this.details = details;
    }

    /**
     * A fault that is no input error.
     *
     * @param status HTTP status
     * @param title what kind of fault, always the same for a status
     * @param detail what happened and what to do, one sentence
     */
    static ApiException of(int status, String title, String detail) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "about:blank");
        map.put("title", title);
        map.put("status", status);
        map.put("detail", detail);
        return new ApiException(status, map);
    }

    /** What the address names is not there. */
    static ApiException notFound(String what) {
        return of(404, "Not found", what);
    }

    /** A request that the job's state does not allow. */
    static ApiException conflict(String what) {
        return of(409, "Conflict", what);
    }

    /** A request that cannot be understood. */
    static ApiException badRequest(String key, String rule, Object value, String remedy) {
        return input(400, InvalidInputException.of(key, rule, value, remedy));
    }

    /** Input that breaks a rule. */
    static ApiException invalid(InvalidInputException e) {
        // without a key it is the text itself that cannot be read
        return input(e.key() == null || e.key().isEmpty() ? 400 : 422, e);
    }

    private static ApiException input(int status, InvalidInputException e) {
        Map<String, Object> map = details(e);
        map.put("status", status);
        return new ApiException(status, map);
    }

    /** Problem details of an input error, without a status; names no file of the server. */
    static Map<String, Object> details(InvalidInputException e) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "urn:headwater:invalid-input");
        map.put("title", "Invalid input");
        map.put("status", null);
        map.put(
                "detail",
                InvalidInputException.of(e.key(), e.rule(), e.value(), e.remedy()).getMessage());
        map.put("key", e.key());
        map.put("rule", e.rule());
        map.put("value", e.value());
        map.put("remedy", e.remedy());
        return map;
    }

    /** Problem details of what ended a job. */
    static Map<String, Object> details(Throwable e) {
        if (e instanceof InvalidInputException invalid) {
            Map<String, Object> map = details(invalid);
            map.remove("status");
            return map;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "about:blank");
        map.put("title", "The job failed");
        if (isDiskFull(e)) {
            map.put("detail", "the server's disk is full; make room, then resume the job");
            return map;
        }
        map.put(
                "detail",
                (e instanceof OutOfMemoryError
                                ? "the server's memory is used up; allow more with"
                                        + " HEADWATER_JAVA_OPTS=-Xmx8g or take fewer particles"
                                : e.getClass().getSimpleName()
                                        + (e.getMessage() == null ? "" : ": " + e.getMessage()))
                        + "; the server's log has more");
        return map;
    }

    /** Whether an error comes of a disk that is full. */
    static boolean isDiskFull(Throwable error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            String message = String.valueOf(t.getMessage());
            if (message.contains("No space left on device") || message.contains("quota exceeded")) {
                return true;
            }
        }
        return false;
    }

    int status() {
        return status;
    }

    /** The body. */
    Map<String, Object> details() {
        return details;
    }
}
