package org.headwater.prior.grouplasso.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.testkit.junit.ReferenceVector;
import org.junit.jupiter.api.Test;

class GroupLassoPriorTest {
    private final GroupLassoPriorProvider provider = new GroupLassoPriorProvider();

    private Prior create(Map<String, ?> settings, int d) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(d));
    }

    @Test
    void agreesWithReferenceVectors() {
        ReferenceVector v = vector("prox_group_lasso");
        double[] y = v.input("y");
        Prior prior =
                create(
                        Map.of(
                                "weight",
                                v.parameter("lam"),
                                "groups",
                                List.of(List.of(0, 1, 2), List.of(3, 4), List.of(5, 6, 7))),
                        y.length);
        Ensemble points = Ensemble.of(1, y.length, y);
        prior.prox(points, v.parameter("t"), points);
        v.check("p", y);
    }

    @Test
    void groupsAndWeights() {
        double[] x = {7, 3, 4, 0, 5, 12, -6};
        Prior blocks = create(Map.of("weight", 2, "block", 2, "group-weights", "ones"), 6);
        assertEquals(Prior.Structure.GROUPED, blocks.structure());
        assertEquals(6, blocks.dimension());
        assertEquals(2 * (5 + 5 + Math.sqrt(180)), blocks.potential(x, 1), 1e-14);
        Prior listed = create(Map.of("weight", 2, "groups", List.of(List.of(1, 0), List.of(2))), 3);
        assertEquals(2 * Math.sqrt(2) * 5, listed.potential(x, 1), 1e-14);
    }

    @Test
    void wrongSettingsAreNamed() {
        fails("prior.groups or prior.block must be given, and not both, got neither", Map.of());
        fails(
                "prior.groups or prior.block must be given, and not both, got both",
                Map.of("block", 2, "groups", List.of(List.of(0, 1, 2, 3, 4, 5))));
        fails("prior.block must divide the number of parameters, 6, got 4;", Map.of("block", 4));
        fails("prior.block must be a whole number ≥ 1", Map.of("block", 0));
        fails(
                "prior.groups[1] must not share a parameter with groups[0], got index 2",
                Map.of("groups", List.of(List.of(0, 1, 2), List.of(2, 3, 4, 5))));
        fails(
                "prior.groups[1] must hold indices from 0 to 5, got 6",
                Map.of("groups", List.of(List.of(0, 1, 2), List.of(3, 4, 5, 6))));
        fails(
                "prior.groups must hold every parameter from 0 to 5, got none with index 3",
                Map.of("groups", List.of(List.of(0, 1, 2), List.of(4, 5))));
        fails(
                "prior.groups[1] must hold at least one index",
                Map.of("groups", List.of(List.of(0, 1, 2, 3, 4, 5), List.of())));
    }

    private void fails(String start, Map<String, ?> groups) {
        Map<String, Object> settings = new java.util.HashMap<>(groups);
        settings.put("weight", 1);
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(settings, 6));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertTrue(e.getMessage().contains("; "), e.getMessage());
    }

    /** ψ = w·g with g of degree 1, and the choice of w may be left open. */
    @Test
    void weightScalesThePotential() {
        Prior prior = create(Map.of("weight", "auto", "block", 2), 4);
        Scaling scaling = prior.scaling().orElseThrow();
        assertTrue(scaling.automatic());
        assertEquals(Scaling.FIRST_GUESS, scaling.weight());
        assertEquals(4, scaling.dimension());
        assertEquals(1, scaling.degree());
        double[] x = {1, 2, .5, -1};
        double[] twice = java.util.Arrays.stream(x).map(v -> 2 * v).toArray();
        double psi = prior.potential(x, 0);
        assertEquals(2 * psi, prior.potential(twice, 0), 1e-12);
        Prior other = scaling.withWeight(3);
        assertEquals(3 * psi, other.potential(x, 0), 1e-12);
        assertEquals(3, other.scaling().orElseThrow().weight());
        assertTrue(other.scaling().orElseThrow().automatic());
        assertFalse(create(Map.of("weight", 0, "block", 2), 4).scaling().isPresent());
    }

    /** Two groups, one in the middle of the other: their normalisers add up. */
    @Test
    void normalisersAgreeWithReferenceVectors() {
        for (int m : new int[] {2, 3, 5}) {
            ReferenceVector v = vector("logZ_group_m" + m);
            int[][] groups = {new int[m], {m - 1}};
            for (int j = 0; j < m; j++) {
                groups[0][j] = j < m - 1 ? j : m;
            }
            Prior prior =
                    create(
                            Map.of(
                                    "weight",
                                    v.parameter("lam"),
                                    "groups",
                                    List.of(list(groups[0]), list(groups[1])),
                                    "group-weights",
                                    "ones"),
                            m + 1);
            Prior single = create(Map.of("weight", v.parameter("lam"), "block", 1), 1);
            double[] norms = v.input("ynorm");
            Ensemble y = Ensemble.zeros(norms.length, m + 1);
            for (int i = 0; i < norms.length; i++) {
                y.data()[y.offset(i)] = norms[i] * .6;
                y.data()[y.offset(i) + m] = norms[i] * -.8;
                y.data()[y.offset(i) + m - 1] = i;
            }
            double time = v.parameter("h");
            double beta = v.parameter("beta");
            double[] log = prior.logNormaliser(y, time, beta).orElseThrow();
            for (int i = 0; i < norms.length; i++) {
                log[i] -=
                        single.logNormaliser(Ensemble.of(1, 1, new double[] {i}), time, beta)
                                .orElseThrow()[0];
            }
            v.check("logZ", log);
        }
    }

    private static List<Integer> list(int[] group) {
        return java.util.Arrays.stream(group).boxed().toList();
    }

    private static ReferenceVector vector(String name) {
        return ReferenceVector.of(GroupLassoPriorTest.class, "/vectors.json", name);
    }
}
