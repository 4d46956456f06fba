package org.headwater.api;

/**
 * What a plug-in says of itself.
 *
 * @param type the key by which problem files name it, e.g. {@code l1}
 * @param version its version, normally its bundle's
 * @param summary one sentence
 * @param settings the keys it takes, without {@code type}
 * @param citation what to cite, or the empty string
 */
public record PluginInfo(
        String type, String version, String summary, SettingsSchema settings, String citation) {}
