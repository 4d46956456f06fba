package org.headwater.launcher;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user's home, in the system property {@code user.home}, where libraries look for it, too. Java
 * takes it from the password file: for a service's user that may be a folder that does not exist,
 * for a container's user without a name it is {@code ?}, which would become a folder of that name.
 */
final class UserHome {
    private static final String PROPERTY = "user.home";

    private UserHome() {}

    /**
     * Lets the home be {@code $HOME} where that is a folder that can be written.
     *
     * @param environment the value of {@code HOME}, or null
     */
    static void settle(String environment) {
        absolute(environment)
                .filter(Files::isDirectory)
                .filter(Files::isWritable)
                .ifPresent(home -> System.setProperty(PROPERTY, home.toString()));
    }

    /** The home, if there is one. */
    static Optional<Path> get() {
        return absolute(System.getProperty(PROPERTY)).filter(Files::isDirectory);
    }

    /** Takes a folder for the home of a user who has none. */
    static void orElse(Path folder) {
        if (get().isEmpty()) {
            System.setProperty(PROPERTY, folder.toString());
        }
    }

    /**
     * A path that does not depend on where the process stands; anything else is as good as none.
     */
    static Optional<Path> absolute(String path) {
        try {
            return Optional.ofNullable(path).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
