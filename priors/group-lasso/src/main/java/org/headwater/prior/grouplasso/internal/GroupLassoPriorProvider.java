package org.headwater.prior.grouplasso.internal;

import java.util.Arrays;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Scaling;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/**
 * Creates group-lasso priors; settings: {@code weight}, the groups as {@code groups} (lists of
 * indices from 0) or {@code block} (consecutive blocks of that size), and {@code group-weights}:
 * {@code sqrt-size} multiplies a group's weight by the root of its size, {@code ones} does not.
 */
@Component
public final class GroupLassoPriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";
    private static final String GROUPS = "groups";
    private static final String BLOCK = "block";
    private static final String GROUP_WEIGHTS = "group-weights";
    private static final String SQRT_SIZE = "sqrt-size";
    private static final String ONES = "ones";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "group-lasso",
                    "0.1.0",
                    "Group lasso: potential weight·Σ_g √|g|·|θ_g|₂, for fields of which whole"
                            + " groups of parameters are zero.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of the groups' norms in the potential, in"
                                                    + " 1/field unit; auto: chosen from the data")
                                    .or(Scaling.AUTO)
                                    .atLeast(0)
                                    .atMost(Scaling.LARGEST)
                                    .required(),
                            Setting.indexLists(
                                    GROUPS,
                                    "the groups, a list of lists of parameter indices from 0; every"
                                            + " parameter in exactly one"),
                            Setting.integer(
                                            BLOCK,
                                            "in place of groups: size of equal, consecutive blocks")
                                    .atLeast(1),
                            Setting.choice(
                                            GROUP_WEIGHTS,
                                            "factor of each group's weight: root of its size, or 1",
                                            SQRT_SIZE,
                                            ONES)
                                    .byDefault(SQRT_SIZE)),
                    "Yuan, Lin, J. R. Statist. Soc. B 68, 2006,"
                            + " doi:10.1111/j.1467-9868.2005.00532.x");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        int d = shape.dimension();
        if (settings.has(GROUPS) == settings.has(BLOCK)) {
            throw InvalidInputException.of(
                    settings.key(GROUPS),
                    "or " + settings.key(BLOCK) + " must be given, and not both",
                    settings.has(GROUPS) ? "both" : "neither",
                    "list the groups, or give the size of consecutive blocks");
        }
        int[][] groups = settings.has(GROUPS) ? listed(settings, d) : blocks(settings, d);
        boolean roots = settings.text(GROUP_WEIGHTS).equals(SQRT_SIZE);
        double[] factors = new double[groups.length];
        for (int g = 0; g < groups.length; g++) {
            factors[g] = roots ? Math.sqrt(groups[g].length) : 1;
        }
        return new GroupLassoPrior(
                d, groups, factors, settings.weight(WEIGHT), settings.isAuto(WEIGHT));
    }

    private static int[][] blocks(Settings settings, int d) {
        int size = settings.integer(BLOCK);
        if (d % size != 0) {
            throw InvalidInputException.of(
                    settings.key(BLOCK),
                    "must divide the number of parameters, " + d,
                    size,
                    "choose a divisor of " + d + ", or list the groups");
        }
        int[][] groups = new int[d / size][size];
        for (int j = 0; j < d; j++) {
            groups[j / size][j % size] = j;
        }
        return groups;
    }

    private static int[][] listed(Settings settings, int d) {
        int[][] groups = settings.indexLists(GROUPS);
        int[] owner = new int[d];
        Arrays.fill(owner, -1);
        for (int g = 0; g < groups.length; g++) {
            String key = settings.key(GROUPS) + "[" + g + "]";
            if (groups[g].length == 0) {
                throw InvalidInputException.of(
                        key, "must hold at least one index", "none", "remove the empty group");
            }
            for (int j : groups[g]) {
                if (j < 0 || j >= d) {
                    throw InvalidInputException.of(
                            key,
                            "must hold indices from 0 to " + (d - 1),
                            j,
                            "count the parameters from 0");
                }
                if (owner[j] >= 0) {
                    throw InvalidInputException.of(
                            key,
                            "must not share a parameter with " + GROUPS + "[" + owner[j] + "]",
                            "index " + j,
                            "put every parameter in exactly one group");
                }
                owner[j] = g;
            }
        }
        for (int j = 0; j < d; j++) {
            if (owner[j] < 0) {
                throw InvalidInputException.of(
                        settings.key(GROUPS),
                        "must hold every parameter from 0 to " + (d - 1),
                        "none with index " + j,
                        "add it to a group, or make it one of its own");
            }
        }
        return groups;
    }
}
