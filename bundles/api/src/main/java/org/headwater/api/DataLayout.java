package org.headwater.api;

import java.util.List;

/**
 * How data are grouped and named for reports, e.g. by measuring electrode.
 *
 * @param quantity what is measured, e.g. {@code voltage}
 * @param unit its unit, or the empty string
 * @param grouping what a group is, e.g. {@code electrode}, or the empty string when there are none
 * @param groups names of the groups
 * @param group index of each datum's group, m values; empty when there are no groups
 */
public record DataLayout(
        String quantity, String unit, String grouping, List<String> groups, int[] group) {
    /** A layout without groups. */
    public static DataLayout plain(int dataSize) {
        return new DataLayout("datum", "", "", List.of(), new int[0]);
    }
}
