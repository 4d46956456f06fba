package org.headwater.prior.composite.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorChoice;
import org.headwater.api.PriorProvider;
import org.headwater.api.Scaling;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Creates sums of priors; settings: {@code terms}, a list of priors of any installed types. */
@Component(service = PriorProvider.class)
public final class SumPriorProvider implements PriorProvider {
    private static final String TERMS = "terms";

    private final PluginInfo info;

    /** Called by the component runtime. */
    @Activate
    public SumPriorProvider(@Reference InstalledPriors installed) {
        this(installed::list);
    }

    /** With the priors that its terms may be. */
    SumPriorProvider(Supplier<List<PriorProvider>> installed) {
        this.info =
                new PluginInfo(
                        "sum",
                        "0.1.0",
                        "Sum of priors: potential Σψ_k, for fields that several priors describe"
                                + " together.",
                        SettingsSchema.of(
                                Setting.priors(
                                                TERMS,
                                                "the priors to add up, each a mapping with type"
                                                        + " and that type's settings",
                                                installed)
                                        .required()),
                        "Bauschke, Combettes, Pacific J. Optim. 4, 2008");
    }

    @Override
    public PluginInfo info() {
        return info;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        List<Prior> terms = new ArrayList<>();
        for (PriorChoice choice : settings.priors(TERMS)) {
            Prior term = choice.create(shape);
            if (term.scaling().filter(Scaling::automatic).isPresent()) {
                throw InvalidInputException.of(
                        choice.settings().path(),
                        "must have a number as its weight in a sum",
                        Scaling.AUTO,
                        "choose the number; only a prior that is no sum can have its weight"
                                + " chosen from the data");
            }
            terms.add(term);
        }
        if (terms.isEmpty()) {
            throw settings.invalid(TERMS, "must hold at least one prior", "add one");
        }
        return terms.size() == 1 ? terms.get(0) : SumPrior.of(terms);
    }
}
