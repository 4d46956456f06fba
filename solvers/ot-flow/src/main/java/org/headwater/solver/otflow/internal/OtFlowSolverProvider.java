package org.headwater.solver.otflow.internal;

import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.kernels.flow.FlowOptions;
import org.headwater.kernels.flow.FlowSettings;
import org.headwater.kernels.flow.FlowStepper;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.osgi.service.component.annotations.Component;

/** Offers the solver {@code ot-flow}. */
@Component
public final class OtFlowSolverProvider implements SolverProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "ot-flow",
                    "0.1.0",
                    "a trained flow of gradient steps with exact densities (OT-Flow)",
                    SettingsSchema.of(FlowSettings.keys().toArray(new Setting[0])),
                    "D. Onken, S. Wu Fung, X. Li, L. Ruthotto, OT-Flow, arXiv:2006.00104");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        FlowOptions options = FlowSettings.options(settings, Last.NONE, false, 0);
        return (problem, resources) -> FlowStepper.of(problem, resources, options);
    }
}
