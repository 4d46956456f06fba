package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.runtime.RunResult.ParameterSummary;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final ParameterBlock FIELD =
            new ParameterBlock(
                    "field", List.of("a", "b, \"c\""), "S/m", new double[2], shape(2), null);

    private static FieldShape shape(int n) {
        return new FieldShape(n);
    }

    /** numpy: x = [3, 1, 2, 10]; mean 4.0, std 3.5355339059327378, quantiles 1.15, 2.5, 8.95. */
    @Test
    void rowsAgreeWithNumpy() {
        Ensemble draws = Ensemble.of(4, 2, new double[] {3, 0, 1, 0, 2, 0, 10, 0});
        List<ParameterSummary> rows =
                Summary.of(Draws.of(draws, 1), true, List.of(FIELD), List.of());
        ParameterSummary a = rows.get(0);
        assertEquals(4.0, a.mean());
        assertEquals(3.5355339059327378, a.sd(), 1e-15);
        assertEquals(1.15, a.q05(), 1e-14);
        assertEquals(2.5, a.q50());
        assertEquals(8.95, a.q95(), 1e-14);
        assertEquals("S/m", a.unit());
        List<String> lines = Summary.csv(rows).lines().toList();
        assertEquals("name,mean,sd,q05,q50,q95,ess,mcse,rhat", lines.get(0));
        assertTrue(lines.get(1).startsWith("a,4.0,3.5355339059327378,"), lines.get(1));
        assertTrue(lines.get(1).endsWith(",,,"), "one replicate says nothing of its error");
        assertEquals("\"b, \"\"c\"\"\",0.0,0.0,0.0,0.0,0.0,,,", lines.get(2));
    }

    /** Of 3, 1, 2, 10 two lie above 2, as a draw at the threshold does not. */
    @Test
    void exceedanceIsTheShareOfDrawsAbove() {
        Ensemble draws = Ensemble.of(4, 2, new double[] {3, 0, 1, 0, 2, 0, 10, 0});
        List<ParameterSummary> rows =
                Summary.of(Draws.of(draws, 1), true, List.of(FIELD), List.of(2.0, -1.0, 10.0));
        List<String> lines = Summary.csv(rows).lines().toList();
        assertEquals("name,mean,sd,q05,q50,q95,ess,mcse,rhat,p>2.0,p>-1.0,p>10.0", lines.get(0));
        assertTrue(lines.get(1).endsWith(",,,,0.5,1.0,0.0"), lines.get(1));
        assertTrue(lines.get(2).endsWith(",,,,0.0,1.0,0.0"), lines.get(2));
    }
}
