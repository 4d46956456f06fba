package org.headwater.runtime;

import java.util.List;
import org.headwater.api.Reason;

/**
 * Whether a posterior can be trusted.
 *
 * @param status the worst of the reasons', PASS when there are none
 * @param reasons what is doubtful or wrong
 */
public record Verdict(Reason.Status status, List<Reason> reasons) {
    /** The verdict that follows from reasons. */
    public static Verdict of(List<Reason> reasons) {
        Reason.Status worst = Reason.Status.PASS;
        for (Reason r : reasons) {
            if (r.status().compareTo(worst) > 0) {
                worst = r.status();
            }
        }
        return new Verdict(worst, List.copyOf(reasons));
    }
}
