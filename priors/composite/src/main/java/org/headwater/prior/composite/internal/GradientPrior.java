package org.headwater.prior.composite.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;

/**
 * A prior of the differences of neighbours, ψ(θ) = φ(Dθ); with an L1 prior it is the total
 * variation, with a Gaussian a prior of smooth fields. Constants are free. The prox is {@link
 * GradientProx}'s. Where the field is a vector and φ separable, solvers can work in the increments
 * u_0 = θ_0, u_i = θ_i − θ_{i−1}. Immutable.
 */
final class GradientPrior implements Prior {
    private final Differences differences;
    private final Prior inner;

    /** D and φ, of as many coordinates as there are differences. */
    GradientPrior(Differences differences, Prior inner) {
        this.differences = differences;
        this.inner = inner;
    }

    @Override
    public int dimension() {
        return differences.dimension();
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double[] u = new double[differences.coefficients()];
        differences.analyse(x, offset, u, 0);
        return inner.potential(u, 0);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        GradientProx prox = new GradientProx(differences, inner);
        for (int i = 0; i < y.size(); i++) {
            prox.apply(y.data(), y.offset(i), t, out.data(), out.offset(i));
        }
    }

    @Override
    public Optional<Synthesis> synthesis() {
        return differences.isVector() && inner instanceof SeparablePrior s
                ? Optional.of(new Increments(FirstFree.of(s)))
                : Optional.empty();
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return inner.quadratic().map(q -> Congruence.of(q, differences));
    }

    @Override
    public Optional<QuadraticSplit> split() {
        return inner.split()
                .map(
                        s ->
                                new QuadraticSplit(
                                        Congruence.of(s.quadratic(), differences),
                                        s.rest().quadratic().isPresent()
                                                ? SeparablePrior.flat(dimension())
                                                : new GradientPrior(differences, s.rest())));
    }

    /**
     * Of a vector the differences are free of each other: what φ sees of them, ψ sees. Of an image
     * ψ sees all but constants if φ sees all differences.
     */
    @Override
    public Optional<Scaling> scaling() {
        return inner.scaling()
                .filter(s -> differences.isVector() || s.dimension() == differences.coefficients())
                .map(
                        s ->
                                new Scaling(
                                        s.weight(),
                                        s.degree(),
                                        Math.min(s.dimension(), dimension() - 1),
                                        s.automatic(),
                                        w -> new GradientPrior(differences, s.withWeight(w))));
    }

    /** x_i = u_0 + … + u_i. O(d). */
    private record Increments(SeparablePrior prior) implements Synthesis {
        @Override
        public void apply(double[] u, int uOffset, double[] x, int xOffset) {
            double sum = 0;
            for (int i = 0; i < dimension(); i++) {
                sum += u[uOffset + i];
                x[xOffset + i] = sum;
            }
        }

        @Override
        public void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset) {
            double sum = 0;
            for (int i = dimension() - 1; i >= 0; i--) {
                sum += gx[gxOffset + i];
                gu[guOffset + i] = sum;
            }
        }

        @Override
        public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
            for (int i = dimension() - 1; i > 0; i--) {
                u[uOffset + i] = x[xOffset + i] - x[xOffset + i - 1];
            }
            u[uOffset] = x[xOffset];
        }
    }
}
