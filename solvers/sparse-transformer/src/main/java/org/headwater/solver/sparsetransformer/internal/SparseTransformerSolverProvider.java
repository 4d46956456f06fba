package org.headwater.solver.sparsetransformer.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.kernels.flow.Attention.Policy;
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
    private static final String PARTICLES = "particles";
    private static final String KEYS = "keys";
    private static final String KERNEL = "kernel";
    private static final String JOINT = "joint";
    private static final String TENSORISED = "tensorised";
    private static final String THRESHOLD = "threshold";
    private static final String SMOOTH = "smooth";
    private static final String SOFT = "soft";
    private static final String COUNT = "key-count";
    private static final String TIME = "layer-time";

    /** Policies by their names in a problem file. */
    private static final Map<String, Policy> POLICIES =
            Map.of(
                    "cross-fit", Policy.CROSS_FIT,
                    "fixed", Policy.FIXED,
                    "self-keyed", Policy.SELF,
                    "stop-gradient", Policy.STOP_GRADIENT);

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
                                        + " with an l1 prior (or tv of a vector); particles:"
                                        + " attention to particles after every step, the layer as"
                                        + " the literature states it",
                                SLOTS,
                                PLAIN,
                                READOUT,
                                PARTICLES)
                        .byDefault(SLOTS));
        keys.add(
                Setting.integer(SLOTS, "learned keys of each coordinate")
                        .atLeast(2)
                        .atMost(1024)
                        .byDefault(32));
        keys.add(
                Setting.choice(
                                KEYS,
                                "of layer particles, the keys in the training. cross-fit: fresh"
                                        + " particles beside the batch; fixed: those of the final"
                                        + " flow; self-keyed: the batch, whose book-kept density is"
                                        + " not its draws'; stop-gradient: the batch as constants",
                                "cross-fit",
                                "fixed",
                                "self-keyed",
                                "stop-gradient")
                        .byDefault("cross-fit"));
        keys.add(
                Setting.integer(COUNT, "of layer particles: keys of the final flow")
                        .atLeast(2)
                        .atMost(10_000)
                        .byDefault(128));
        keys.add(
                Setting.choice(
                                KERNEL,
                                "of layer particles: a softmax for each parameter, or one for all",
                                TENSORISED,
                                JOINT)
                        .byDefault(TENSORISED));
        keys.add(
                Setting.choice(
                                THRESHOLD,
                                "of layer particles: the prior's pull by its kernel's mean, whose"
                                        + " slope is smooth, or by the soft threshold",
                                SMOOTH,
                                SOFT)
                        .byDefault(SMOOTH));
        keys.add(
                Setting.number(
                                TIME,
                                "of layer particles: a layer's time in units of the variances of"
                                        + " the Gaussian start")
                        .above(0)
                        .atMost(1)
                        .byDefault(0.1));
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
                        settings, last(layer), !layer.equals(PLAIN), settings.integer(SLOTS));
        FlowOptions chosen = layer.equals(PARTICLES) ? options.with(particles(settings)) : options;
        return (problem, resources) -> FlowStepper.of(problem, resources, chosen);
    }

    private static Last last(String layer) {
        switch (layer) {
            case READOUT:
                return Last.READOUT;
            case PARTICLES:
                return Last.NONE;
            default:
                return Last.SLOTS;
        }
    }

    private static FlowOptions.Particles particles(Settings settings) {
        return new FlowOptions.Particles(
                settings.text(KERNEL).equals(JOINT),
                settings.text(THRESHOLD).equals(SMOOTH),
                POLICIES.get(settings.text(KEYS)),
                settings.integer(COUNT),
                settings.number(TIME));
    }
}
