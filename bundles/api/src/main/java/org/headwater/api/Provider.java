package org.headwater.api;

/** A factory of plug-in instances, registered as a service; what all kinds of provider share. */
public interface Provider {
    /** What the plug-in is called, takes and cites. */
    PluginInfo info();
}
