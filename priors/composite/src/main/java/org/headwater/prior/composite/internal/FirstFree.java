package org.headwater.prior.composite.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;

/** A prior of all coordinates but the first, which is flat: ψ(u) = φ(u_1 … u_k). Immutable. */
class FirstFree implements Prior {
    private final Prior rest;

    private FirstFree(Prior rest) {
        this.rest = rest;
    }

    /** One that is separable if {@code rest} is. */
    static Prior of(Prior rest) {
        return rest instanceof SeparablePrior s ? of(s) : new FirstFree(rest);
    }

    static SeparablePrior of(SeparablePrior rest) {
        return new Separable(rest);
    }

    @Override
    public int dimension() {
        return rest.dimension() + 1;
    }

    @Override
    public Structure structure() {
        return rest.structure();
    }

    @Override
    public double potential(double[] x, int offset) {
        return rest.potential(x, offset + 1);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        Ensemble part = rest(y);
        rest.prox(part, t, part);
        for (int i = 0; i < y.size(); i++) {
            out.data()[out.offset(i)] = y.get(i, 0);
            System.arraycopy(
                    part.data(), part.offset(i), out.data(), out.offset(i) + 1, rest.dimension());
        }
    }

    private Ensemble rest(Ensemble y) {
        Ensemble part = Ensemble.zeros(y.size(), rest.dimension());
        for (int i = 0; i < y.size(); i++) {
            System.arraycopy(
                    y.data(), y.offset(i) + 1, part.data(), part.offset(i), rest.dimension());
        }
        return part;
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return rest.quadratic().map(this::extended);
    }

    @Override
    public Optional<QuadraticSplit> split() {
        return rest.split()
                .map(s -> new QuadraticSplit(extended(s.quadratic()), FirstFree.of(s.rest())));
    }

    private QuadraticPotential extended(QuadraticPotential q) {
        return q.diagonal()
                .map(
                        lambda -> {
                            double[] all = new double[dimension()];
                            System.arraycopy(lambda, 0, all, 1, lambda.length);
                            return QuadraticPotential.diagonal(all);
                        })
                .orElseGet(() -> Congruence.of(q, new Tail(dimension())));
    }

    @Override
    public Optional<Scaling> scaling() {
        return rest.scaling().map(s -> s.of(FirstFree::of));
    }

    /** log Z of the rest, and ½log(4πT/β) of the flat coordinate. */
    @Override
    public Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        double flat = 0.5 * Math.log(4 * Math.PI * time / beta);
        return rest.logNormaliser(rest(y), time, beta)
                .map(log -> Arrays.stream(log).map(z -> z + flat).toArray());
    }

    @Override
    public double curvature(int coordinate) {
        return coordinate == 0 ? 0 : rest.curvature(coordinate - 1);
    }

    @Override
    public double lower(int coordinate) {
        return coordinate == 0 ? Double.NEGATIVE_INFINITY : rest.lower(coordinate - 1);
    }

    @Override
    public double upper(int coordinate) {
        return coordinate == 0 ? Double.POSITIVE_INFINITY : rest.upper(coordinate - 1);
    }

    /** All values but the first. */
    private record Tail(int dimension) implements Analysis {
        @Override
        public int coefficients() {
            return dimension - 1;
        }

        @Override
        public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
            System.arraycopy(x, xOffset + 1, u, uOffset, coefficients());
        }

        @Override
        public void adjoint(double[] u, int uOffset, double[] x, int xOffset) {
            System.arraycopy(u, uOffset, x, xOffset + 1, coefficients());
            x[xOffset] = 0;
        }
    }

    private static final class Separable extends FirstFree implements SeparablePrior {
        private final SeparablePrior rest;

        Separable(SeparablePrior rest) {
            super(rest);
            this.rest = rest;
        }

        @Override
        public Structure structure() {
            return Structure.SEPARABLE;
        }

        @Override
        public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
            if (coordinate > 0) {
                rest.proxCoordinate(coordinate - 1, t, y, out);
            } else {
                System.arraycopy(y, 0, out, 0, y.length);
            }
        }

        @Override
        public void kernel(
                int coordinate,
                double time,
                double beta,
                double[] y,
                double[] logNormaliser,
                double[] mean,
                double[] variance) {
            if (coordinate > 0) {
                rest.kernel(coordinate - 1, time, beta, y, logNormaliser, mean, variance);
            } else {
                SeparablePrior.flat(1).kernel(0, time, beta, y, logNormaliser, mean, variance);
            }
        }

        @Override
        public double slope(int coordinate) {
            return coordinate == 0 ? 0 : rest.slope(coordinate - 1);
        }
    }
}
