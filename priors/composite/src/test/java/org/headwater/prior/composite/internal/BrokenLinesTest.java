package org.headwater.prior.composite.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.SeparablePrior;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.Test;

/** The contract of priors on a sum of all that is straight; the kernel by quadrature. */
class BrokenLinesTest extends PriorContract {
    private static final Map<String, Object> BOX =
            Map.of("type", "box", "lower", List.of(-1, -3, 0.5, -4), "upper", List.of(2, 1, 3, -1));

    @Override
    protected PriorProvider provider() {
        return Installed.provider("sum");
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("terms", List.of(BOX, Installed.l1(1.3)));
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(4);
    }

    /** ψ, prox and kernel by their definitions on a grid of one coordinate. */
    @Test
    void kernelIsTheIntegralOfItsDefinition() {
        List<Map<String, ?>> nonneg = List.of(Map.of("type", "nonneg", "weight", 0.4));
        Map<String, Object> wide = Map.of("type", "box", "lower", -1e3, "upper", 2);
        check(Installed.sum(List.of(BOX, Installed.l1(1.3)), 4), 4);
        check(Installed.sum(List.of(nonneg.get(0), Installed.l1(0.9)), 2), 2);
        check(Installed.sum(List.of(wide, Installed.l1(0.9), nonneg.get(0)), 2), 2);
        check(Installed.sum(List.of(Installed.l1(0.3), Installed.l1(0.9)), 2), 2);
    }

    private static void check(Prior prior, int d) {
        SeparablePrior s = assertInstanceOf(SeparablePrior.class, prior);
        double time = 0.3;
        double beta = 1.4;
        for (int j = 0; j < d; j++) {
            for (double y : new double[] {-6, -1.1, 0, 0.3, 2.7}) {
                double low = Math.max(s.lower(j), y - 12);
                double high = Math.min(s.upper(j), y + 12);
                low = Math.min(low, high - 12 < s.lower(j) ? s.lower(j) : high - 12);
                high = Math.max(high, low + 12 > s.upper(j) ? s.upper(j) : low + 12);
                int nodes = 400_000;
                double step = (high - low) / nodes;
                double[] x = new double[d];
                for (int k = 0; k < d; k++) {
                    x[k] = Math.max(s.lower(k), Math.min(s.upper(k), 0));
                }
                double at = x[j];
                double rest = s.potential(x, 0) - slopeTimes(s, j, at);
                double[] sums = new double[3];
                for (int k = 0; k < nodes; k++) {
                    double z = low + (k + 0.5) * step;
                    x[j] = z;
                    double psi = s.potential(x, 0) - rest;
                    double w = step * Math.exp(-beta / 2 * (psi + (z - y) * (z - y) / (2 * time)));
                    sums[0] += w;
                    sums[1] += w * z;
                    sums[2] += w * z * z;
                }
                double mean = sums[1] / sums[0];
                double[] log = new double[1];
                double[] m = new double[1];
                double[] v = new double[1];
                s.kernel(j, time, beta, new double[] {y}, log, m, v);
                assertEquals(Math.log(sums[0]), log[0], 1e-6, j + ", " + y);
                assertEquals(mean, m[0], 1e-6, j + ", " + y);
                assertEquals(sums[2] / sums[0] - mean * mean, v[0], 1e-6, j + ", " + y);
            }
        }
    }

    /** ψ_j where the interval leaves 0 out: its slope there times z. */
    private static double slopeTimes(SeparablePrior s, int j, double z) {
        double[] y = {z == s.upper(j) ? z - 1e-3 : z + 1e-3};
        double[] p = new double[1];
        s.proxCoordinate(j, 1e-6, y, p);
        return z == 0 ? 0 : (y[0] - p[0]) / 1e-6 * z;
    }

    @Test
    void othersStaySums() {
        Map<String, Object> tv = Map.of("type", "tv", "weight", 1);
        for (Prior prior :
                List.of(
                        Installed.sum(List.of(tv, Installed.l1(1)), 4),
                        Installed.sum(
                                List.of(
                                        Map.of(
                                                "type",
                                                "group-lasso",
                                                "weight",
                                                1,
                                                "groups",
                                                List.of(List.of(0, 1), List.of(2, 3))),
                                        Installed.l1(1)),
                                4))) {
            assertFalse(prior instanceof SeparablePrior, prior.toString());
        }
    }
}
