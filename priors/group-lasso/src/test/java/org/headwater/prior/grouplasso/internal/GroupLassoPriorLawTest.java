package org.headwater.prior.grouplasso.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.Test;

class GroupLassoPriorLawTest extends PriorContract {
    private static final int D = 5;
    private static final int[][] GROUPS = {{0, 3, 1}, {2}, {4}};
    private static final double[] WEIGHT = {1.4, .5, 3};

    private final RandomStream random = KeyedRandom.of(99);
    private final GroupLassoPrior prior = new GroupLassoPrior(D, GROUPS, WEIGHT);

    @Override
    protected PriorProvider provider() {
        return new GroupLassoPriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", 1.4, "groups", List.of(List.of(0, 3, 1), List.of(2), List.of(4)));
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(5);
    }

    /** Moreau: y = prox_tψ(y) + t·Π(y/t), Π the projection on |v_g| ≤ λ_g in every group. */
    @Test
    void moreauIdentity() {
        for (int k = 0; k < 200; k++) {
            double t = Math.exp(random.gaussian());
            Ensemble y = points();
            Ensemble p = prox(y, t);
            for (int g = 0; g < GROUPS.length; g++) {
                double norm = 0;
                for (int j : GROUPS[g]) {
                    norm = Math.hypot(norm, y.get(0, j) / t);
                }
                for (int j : GROUPS[g]) {
                    double dual = y.get(0, j) / t * Math.min(1, WEIGHT[g] / norm);
                    assertEquals(y.get(0, j), p.get(0, j) + t * dual, 1e-12 * (1 + t));
                }
            }
        }
    }

    /** A rotation within a group commutes with the prox; so does acting in place. */
    @Test
    void proxCommutesWithRotationsOfAGroup() {
        double c = Math.cos(.8);
        double s = Math.sin(.8);
        for (int k = 0; k < 50; k++) {
            Ensemble y = points();
            Ensemble p = prox(y, .7);
            rotate(y.data(), c, s);
            rotate(p.data(), c, s);
            prior.prox(y, .7, y);
            for (int j = 0; j < D; j++) {
                assertEquals(p.get(0, j), y.get(0, j), 1e-14);
            }
        }
    }

    /** In the plane of the first group's first two coordinates. */
    private static void rotate(double[] x, double c, double s) {
        int i = GROUPS[0][0];
        int j = GROUPS[0][1];
        double turned = c * x[i] - s * x[j];
        x[j] = s * x[i] + c * x[j];
        x[i] = turned;
    }

    /** The groups' numbers and the order within them do not matter. */
    @Test
    void orderOfGroupsDoesNotMatter() {
        GroupLassoPrior other =
                new GroupLassoPrior(
                        D, new int[][] {{4}, {3, 0, 1}, {2}}, new double[] {3, 1.4, .5});
        Ensemble y = points();
        Ensemble q = Ensemble.zeros(1, D);
        other.prox(y, .7, q);
        Ensemble p = prox(y, .7);
        for (int j = 0; j < D; j++) {
            assertEquals(p.get(0, j), q.get(0, j), 1e-15);
        }
        assertEquals(prior.potential(y.data(), 0), other.potential(y.data(), 0), 1e-14);
    }

    private Ensemble prox(Ensemble y, double t) {
        Ensemble p = Ensemble.zeros(y.size(), D);
        prior.prox(y, t, p);
        return p;
    }

    private Ensemble points() {
        Ensemble y = Ensemble.zeros(1, D);
        for (int j = 0; j < D; j++) {
            y.data()[j] = 3 * random.gaussian();
        }
        return y;
    }
}
