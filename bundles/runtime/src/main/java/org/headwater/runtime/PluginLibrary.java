package org.headwater.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The plug-ins that users add: the jars of the folder {@code plugins/}, which is watched; a
 * service.
 *
 * <p>Each jar is installed as a copy, beside older ones of the same name: new jobs take the newest,
 * running jobs stay with the copy that they began with, which goes with its last job. A jar that is
 * removed with nothing in its place pauses its jobs until there is a provider again.
 */
public interface PluginLibrary {
    /**
     * A jar of the folder.
     *
     * @param file its name
     * @param bundle symbolic name and version, empty when it is no bundle
     * @param plugins kind and type of the plug-ins that it provides, e.g. {@code prior tv}
     * @param complaint why it does not work, a sentence; empty when it does
     */
    record Entry(String file, String bundle, List<String> plugins, String complaint) {}

    /** The folder; empty when this platform has none. */
    Optional<Path> folder();

    /** The jars that are in the folder now. */
    List<Entry> list();

    /**
     * Copies a jar into the folder, in place of one of the same name, and installs it.
     *
     * @throws org.headwater.api.InvalidInputException if it is not a plug-in that works; it is left
     *     out of the folder then, and what was there before is as it was
     */
    Entry install(Path jar);

    /**
     * Removes a jar from the folder.
     *
     * @param name its file name, its bundle's symbolic name, or the type of one of its plug-ins
     * @return what was removed
     * @throws org.headwater.api.InvalidInputException if the folder has no such jar
     */
    Entry remove(String name);
}
