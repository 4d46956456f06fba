package org.headwater.runtime.internal;

import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Trials;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes trials of the plug-ins that are installed. */
@Component
public final class TrialService implements Trials {
    private final PluginRegistry plugins;

    /** Called by the component runtime. */
    @Activate
    public TrialService(@Reference PluginRegistry plugins) {
        this.plugins = plugins;
    }

    @Override
    public Trial of(ProblemFile problem) {
        return AssembledTrial.of(problem, plugins);
    }
}
