package org.headwater.runtime;

import java.util.Comparator;
import java.util.List;
import org.headwater.api.Reason;

/**
 * Whether a posterior can be trusted.
 *
 * @param status the worst of the reasons', PASS when there are none
 * @param reasons what is doubtful or wrong, the worst first
 */
public record Verdict(Reason.Status status, List<Reason> reasons) {
    /** The verdict that follows from reasons. */
    public static Verdict of(List<Reason> reasons) {
        List<Reason> sorted =
                reasons.stream()
                        .sorted(Comparator.comparing(Reason::status, Comparator.reverseOrder()))
                        .toList();
        return new Verdict(sorted.isEmpty() ? Reason.Status.PASS : sorted.get(0).status(), sorted);
    }
}
