package org.headwater.solver.sparsetransformer.internal;

import java.util.ArrayList;
import java.util.List;
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

/** Offers the solver {@code sparse-transformer}. */
@Component
public final class SparseTransformerSolverProvider implements SolverProvider {
    private static final String LAYER = "layer";
    private static final String SLOTS = "slots";
    private static final String PLAIN = "plain-slots";
    private static final String READOUT = "kr";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "sparse-transformer",
                    "0.1.0",
                    "a trained flow whose last layer is attention with the sparse prior's kernel",
                    schema(),
                    "F. Han, S. Osher, W. Li, Sparse transformer architectures via regularized"
                            + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356");

    private static SettingsSchema schema() {
        List<Setting> keys = new ArrayList<>();
        keys.add(
                Setting.choice(
                                LAYER,
                                "the last layer. slots: attention to learned keys with the prior's"
                                        + " kernel, guarded against folds; plain-slots: the same"
                                        + " without the prior; kr: a draw of the prior's kernel"
                                        + " around a trained auxiliary variable, for linear models"
                                        + " with an l1 prior (or tv of a vector)",
                                SLOTS,
                                PLAIN,
                                READOUT)
                        .byDefault(SLOTS));
        keys.add(
                Setting.integer(SLOTS, "learned keys of each coordinate")
                        .atLeast(2)
                        .atMost(1024)
                        .byDefault(32));
        keys.addAll(FlowSettings.keys());
        return SettingsSchema.of(keys.toArray(new Setting[0]));
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        String layer = settings.text(LAYER);
        FlowOptions options =
                FlowSettings.options(
                        settings,
                        layer.equals(READOUT) ? Last.READOUT : Last.SLOTS,
                        !layer.equals(PLAIN),
                        settings.integer(SLOTS));
        return (problem, resources) -> FlowStepper.of(problem, resources, options);
    }
}
