package org.headwater.cli;

import java.nio.file.Path;
import java.util.Optional;

/** This process's log, which the launcher names in the system property {@code headwater.log}. */
public final class LogFile {
    private LogFile() {}

    /** The log; empty when no folder for it can be written. */
    public static Optional<Path> get() {
        return Optional.of(System.getProperty("headwater.log", ""))
                .filter(name -> !name.isEmpty())
                .map(name -> Path.of(name).toAbsolutePath());
    }

    /** Where a user finds more about an error, for the end of a message. */
    public static String details() {
        return get().map(file -> "details in " + file).orElse("no log is kept");
    }
}
