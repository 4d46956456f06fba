package org.headwater.prior.composite.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;

/**
 * A prior of the coefficients in an orthonormal basis, ψ(θ) = φ(Wθ). As W keeps distances, all that
 * is known of φ is known of ψ: prox_{tψ} = Wᵀ∘prox_{tφ}∘W, log Z_ψ(y) = log Z_φ(Wy), and where φ is
 * separable solvers can work in the coefficients. Immutable.
 */
final class OrthonormalPrior implements Prior {
    private final Analysis basis;
    private final Prior inner;

    /** W, orthonormal, and φ. */
    OrthonormalPrior(Analysis basis, Prior inner) {
        this.basis = basis;
        this.inner = inner;
    }

    @Override
    public int dimension() {
        return basis.dimension();
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double[] u = new double[dimension()];
        basis.analyse(x, offset, u, 0);
        return inner.potential(u, 0);
    }

    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        return inner.sample(beta, random)
                .map(
                        u -> {
                            double[] x = new double[u.length];
                            basis.adjoint(u, 0, x, 0);
                            return x;
                        });
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        Ensemble u = coefficients(y);
        inner.prox(u, t, u);
        for (int i = 0; i < y.size(); i++) {
            basis.adjoint(u.data(), u.offset(i), out.data(), out.offset(i));
        }
    }

    private Ensemble coefficients(Ensemble y) {
        Ensemble u = Ensemble.zeros(y.size(), y.dimension());
        for (int i = 0; i < y.size(); i++) {
            basis.analyse(y.data(), y.offset(i), u.data(), u.offset(i));
        }
        return u;
    }

    @Override
    public Optional<Synthesis> synthesis() {
        return inner instanceof SeparablePrior s
                ? Optional.of(new OrthonormalSynthesis(basis, s))
                : Optional.empty();
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return inner.quadratic().map(q -> Congruence.of(q, basis));
    }

    @Override
    public Optional<QuadraticSplit> split() {
        return inner.split()
                .map(
                        s ->
                                new QuadraticSplit(
                                        Congruence.of(s.quadratic(), basis),
                                        new OrthonormalPrior(basis, s.rest())));
    }

    @Override
    public Optional<Scaling> scaling() {
        return inner.scaling().map(s -> s.of(p -> new OrthonormalPrior(basis, p)));
    }

    @Override
    public Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        return inner.logNormaliser(coefficients(y), time, beta);
    }

    /** The mean of those of the coefficients, over which every parameter is spread. */
    @Override
    public double curvature(int coordinate) {
        double sum = 0;
        for (int k = 0; k < dimension(); k++) {
            sum += inner.curvature(k);
        }
        return sum / dimension();
    }

    /** θ = Wᵀu. */
    private record OrthonormalSynthesis(Analysis basis, SeparablePrior prior) implements Synthesis {
        @Override
        public void apply(double[] u, int uOffset, double[] x, int xOffset) {
            basis.adjoint(u, uOffset, x, xOffset);
        }

        @Override
        public void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset) {
            basis.analyse(gx, gxOffset, gu, guOffset);
        }

        @Override
        public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
            basis.analyse(x, xOffset, u, uOffset);
        }
    }
}
