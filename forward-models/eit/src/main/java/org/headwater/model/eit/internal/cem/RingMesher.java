package org.headwater.model.eit.internal.cem;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.InvalidInputException;

/**
 * Meshes round tanks with rings of nodes that grow finer towards the boundary.
 *
 * <p>Target edge length at distance d from the boundary: h(d) = min(h₁, h₀ + 0.3·d), h₁ = {@value
 * #COARSENING}·h₀. Rings lie where ∫ dd/(h·√3/2) is a multiple of a constant near one; the ring of
 * radius r has 2πr/h equally spaced nodes, the outermost whole numbers of edges under each
 * electrode and in each gap, so that electrodes end exactly on nodes. Neighbouring rings are joined
 * by the shorter diagonal, after the inner one was turned to the position with the best smallest
 * angle. h₀ is the value, among a fine fixed set, whose number of nodes is closest to the target.
 *
 * <p>Cost: O(nodes).
 */
public final class RingMesher {
    private static final String KEY = "forward-model.mesh.nodes";
    private static final double COARSENING = 4;
    private static final double GRADING = 0.3;

    /** Height over edge of an equilateral triangle. */
    private static final double HEIGHT = Math.sqrt(3) / 2;

    /** Turns tried for each ring, as parts of its spacing. */
    private static final int TURNS = 16;

    /** Ratio of one edge length tried to the next. */
    private static final double STEP = 0.995;

    private RingMesher() {}

    /**
     * A graded mesh of a disc. Deterministic: the same arguments give the same bits.
     *
     * @param tank the tank
     * @param targetNodes wanted number of nodes; the mesh has within 10 % of it
     * @return a mesh centred at the origin whose electrodes end exactly on boundary nodes
     * @throws InvalidInputException with key {@code forward-model.mesh.nodes} if so few nodes
     *     cannot resolve the electrodes and the gaps between them
     */
    public static ElectrodeMesh mesh(TankShape tank, int targetNodes) {
        return build(tank, plan(tank, targetNodes));
    }

    /**
     * Sizes of the rings.
     *
     * @param walls the wall's electrodes and gaps in turn, counter-clockwise from electrode 0 on
     * @param radii from the boundary inwards, without the centre
     * @param counts nodes of each ring
     */
    private record Plan(List<Arc> walls, double[] radii, int[] counts) {
        int nodes() {
            int sum = 1;
            for (int count : counts) {
                sum += count;
            }
            return sum;
        }
    }

    /**
     * A part of the wall.
     *
     * @param electrode the electrode there, or −1 in a gap
     * @param start angle where it begins
     * @param turn angle that it covers
     * @param edges edges on it
     */
    private record Arc(int electrode, double start, double turn, int edges) {}

    /** The electrodes and gaps with edges of about a length h. */
    private static List<Arc> walls(TankShape tank, double h) {
        double first = tank.electrodes().get(0).angle();
        int[] order = tank.order();
        List<Arc> arcs = new ArrayList<>();
        for (int s = 0; s < order.length; s++) {
            TankShape.Electrode here = tank.electrodes().get(order[s]);
            TankShape.Electrode next = tank.electrodes().get(order[(s + 1) % order.length]);
            double width = here.width() / tank.radius();
            double start = first + TankShape.turn(first, here.angle()) - width / 2;
            double gap =
                    TankShape.turn(here.angle(), next.angle())
                            - (here.width() + next.width()) / 2 / tank.radius();
            arcs.add(new Arc(order[s], start, width, edges(here.width(), h, 2)));
            arcs.add(new Arc(-1, start + width, gap, edges(gap * tank.radius(), h, 1)));
        }
        return arcs;
    }

    private static int edges(double length, double h, int least) {
        return (int) Math.max(least, Math.round(length / h));
    }

    private static Plan plan(TankShape tank, int targetNodes) {
        double gap =
                walls(tank, tank.radius()).stream()
                        .filter(arc -> arc.electrode() < 0)
                        .mapToDouble(arc -> arc.turn() * tank.radius())
                        .min()
                        .orElseThrow();
        double coarsest = 1.5 * Math.min(gap, tank.narrowest() / 2);
        coarsest = Math.min(coarsest, tank.radius() / 3);
        Plan best = plan(tank, coarsest);
        int fewest = best.nodes();
        for (double h = coarsest * STEP; ; h *= STEP) {
            Plan next = plan(tank, h);
            if (Math.abs(next.nodes() - targetNodes) < Math.abs(best.nodes() - targetNodes)) {
                best = next;
            }
            if (next.nodes() > 2L * targetNodes) {
                break;
            }
        }
        if (Math.abs(best.nodes() - targetNodes) > 0.1 * targetNodes) {
            throw InvalidInputException.of(
                    KEY,
                    "must be at least about "
                            + fewest
                            + " to resolve "
                            + tank.electrodes().size()
                            + " electrodes of "
                            + tank.narrowest()
                            + " m and gaps of "
                            + (float) gap
                            + " m on a tank of radius "
                            + tank.radius()
                            + " m",
                    targetNodes,
                    best.nodes() > fewest ? "try " + best.nodes() : "raise it");
        }
        return best;
    }

    private static Plan plan(TankShape tank, double h0) {
        double radius = tank.radius();
        double h1 = COARSENING * h0;
        double bend = (h1 - h0) / GRADING;
        int rings = (int) Math.max(1, Math.round(depth(radius, h0, h1, bend)));
        double step = depth(radius, h0, h1, bend) / rings;
        List<Arc> walls = walls(tank, h0);
        double[] radii = new double[rings];
        int[] counts = new int[rings];
        radii[0] = radius;
        counts[0] = walls.stream().mapToInt(Arc::edges).sum();
        for (int k = 1; k < rings; k++) {
            double d = distance(k * step, h0, h1, bend);
            radii[k] = radius - d;
            double h = Math.min(h1, h0 + GRADING * d);
            counts[k] = (int) Math.max(5, Math.round(2 * Math.PI * radii[k] / h));
        }
        return new Plan(walls, radii, counts);
    }

    /** Number of rows of equilateral triangles down to distance d from the boundary. */
    private static double depth(double d, double h0, double h1, double bend) {
        double graded = Math.log1p(GRADING * Math.min(d, bend) / h0) / GRADING;
        return (graded + Math.max(0, d - bend) / h1) / HEIGHT;
    }

    /** Inverse of {@link #depth}. */
    private static double distance(double depth, double h0, double h1, double bend) {
        double graded = Math.log(h1 / h0) / GRADING;
        double s = depth * HEIGHT;
        return s <= graded ? h0 * Math.expm1(GRADING * s) / GRADING : bend + (s - graded) * h1;
    }

    private static ElectrodeMesh build(TankShape tank, Plan plan) {
        int rings = plan.counts().length;
        int n = plan.nodes();
        double[] nodes = new double[2 * n];
        int total = plan.counts()[rings - 1];
        for (int k = 0; k + 1 < rings; k++) {
            total += plan.counts()[k] + plan.counts()[k + 1];
        }
        int[] triangles = new int[3 * total];
        double[] outer = boundaryAngles(plan);
        int outerFirst = 0;
        place(nodes, outerFirst, outer, tank.radius());
        int filled = 0;
        for (int k = 1; k < rings; k++) {
            int innerFirst = outerFirst + outer.length;
            double[] inner = null;
            double best = -1;
            for (int turn = 0; turn < TURNS; turn++) {
                double[] angles = equalAngles(plan.counts()[k], outer[0], turn);
                place(nodes, innerFirst, angles, plan.radii()[k]);
                join(nodes, outer, outerFirst, angles, innerFirst, triangles, filled);
                double sine = smallestSine(nodes, triangles, filled, outer.length + angles.length);
                // a clear margin, so that rounding cannot choose between mirror images
                if (sine > best + 1e-9) {
                    best = sine;
                    inner = angles;
                }
            }
            place(nodes, innerFirst, inner, plan.radii()[k]);
            filled = join(nodes, outer, outerFirst, inner, innerFirst, triangles, filled);
            outer = inner;
            outerFirst = innerFirst;
        }
        for (int i = 0; i < outer.length; i++) {
            triangles[filled++] = n - 1;
            triangles[filled++] = outerFirst + i;
            triangles[filled++] = outerFirst + (i + 1) % outer.length;
        }
        return ElectrodeMesh.of(nodes, triangles, electrodes(plan));
    }

    /** Angles of the boundary nodes, counter-clockwise, from the start of electrode 0. */
    private static double[] boundaryAngles(Plan plan) {
        double[] angles = new double[plan.counts()[0]];
        int filled = 0;
        for (Arc arc : plan.walls()) {
            for (int k = 0; k < arc.edges(); k++) {
                angles[filled++] = arc.start() + arc.turn() * k / arc.edges();
            }
        }
        return angles;
    }

    /** The edges of each electrode. */
    private static int[][] electrodes(Plan plan) {
        int boundary = plan.counts()[0];
        int[][] edges = new int[plan.walls().size() / 2][];
        int node = 0;
        for (Arc arc : plan.walls()) {
            if (arc.electrode() >= 0) {
                int[] own = new int[2 * arc.edges()];
                for (int k = 0; k < arc.edges(); k++) {
                    own[2 * k] = node + k;
                    own[2 * k + 1] = (node + k + 1) % boundary;
                }
                edges[arc.electrode()] = own;
            }
            node += arc.edges();
        }
        return edges;
    }

    /** Equal steps from near the outer ring's first node on, turned by a part of one step. */
    private static double[] equalAngles(int count, double from, int turn) {
        double[] angles = new double[count];
        for (int i = 0; i < count; i++) {
            angles[i] = from + 2 * Math.PI * (i + (double) turn / TURNS) / count;
        }
        return angles;
    }

    private static void place(double[] nodes, int first, double[] angles, double radius) {
        for (int i = 0; i < angles.length; i++) {
            nodes[2 * (first + i)] = radius * Math.cos(angles[i]);
            nodes[2 * (first + i) + 1] = radius * Math.sin(angles[i]);
        }
    }

    /** Fills the strip between two rings; returns the end of the triangles. */
    private static int join(
            double[] nodes,
            double[] outer,
            int outerFirst,
            double[] inner,
            int innerFirst,
            int[] triangles,
            int from) {
        int filled = from;
        int i = 0;
        int j = 0;
        while (i < outer.length || j < inner.length) {
            int o = outerFirst + i % outer.length;
            int oNext = outerFirst + (i + 1) % outer.length;
            int p = innerFirst + j % inner.length;
            int pNext = innerFirst + (j + 1) % inner.length;
            boolean alongOuter =
                    j == inner.length
                            || (i < outer.length
                                    && squaredDistance(nodes, oNext, p)
                                            <= squaredDistance(nodes, o, pNext));
            triangles[filled++] = o;
            if (alongOuter) {
                triangles[filled++] = oNext;
                triangles[filled++] = p;
                i++;
            } else {
                triangles[filled++] = pNext;
                triangles[filled++] = p;
                j++;
            }
        }
        return filled;
    }

    private static double smallestSine(double[] nodes, int[] triangles, int from, int count) {
        double smallest = 1;
        for (int t = from; t < from + 3 * count; t += 3) {
            int a = triangles[t];
            int b = triangles[t + 1];
            int c = triangles[t + 2];
            double ab = squaredDistance(nodes, a, b);
            double bc = squaredDistance(nodes, b, c);
            double ca = squaredDistance(nodes, c, a);
            double twiceArea =
                    (nodes[2 * b] - nodes[2 * a]) * (nodes[2 * c + 1] - nodes[2 * a + 1])
                            - (nodes[2 * c] - nodes[2 * a]) * (nodes[2 * b + 1] - nodes[2 * a + 1]);
            double shortest = Math.min(ab, Math.min(bc, ca));
            // the smallest angle lies opposite the shortest edge
            smallest = Math.min(smallest, twiceArea / Math.sqrt(ab * bc * ca / shortest));
        }
        return smallest;
    }

    private static double squaredDistance(double[] nodes, int a, int b) {
        double x = nodes[2 * a] - nodes[2 * b];
        double y = nodes[2 * a + 1] - nodes[2 * b + 1];
        return x * x + y * y;
    }
}
