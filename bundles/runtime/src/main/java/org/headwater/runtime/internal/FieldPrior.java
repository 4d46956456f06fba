package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;

/**
 * The prior of the field extended to all d parameters, flat on the nuisance parameters that follow
 * the field: ψ(θ) = ψ_field(θ_1 … θ_k). The Gaussian priors of the nuisance parameters belong to
 * the target.
 */
class FieldPrior implements Prior {
    private final Prior field;
    private final int dimension;

    private FieldPrior(Prior field, int dimension) {
        this.field = field;
        this.dimension = dimension;
    }

    /** The prior of d parameters of which the first belong to the field. */
    static Prior extend(Prior field, int dimension) {
        if (field.dimension() == dimension) {
            return field;
        }
        return field instanceof SeparablePrior s
                ? new Separable(s, dimension)
                : new FieldPrior(field, dimension);
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public Structure structure() {
        return field.structure();
    }

    @Override
    public double potential(double[] x, int offset) {
        return field.potential(x, offset);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int k = field.dimension();
        Ensemble part = part(y);
        field.prox(part, t, part);
        if (out.data() != y.data()) {
            System.arraycopy(y.data(), 0, out.data(), 0, y.data().length);
        }
        for (int i = 0; i < y.size(); i++) {
            System.arraycopy(part.data(), i * k, out.data(), out.offset(i), k);
        }
    }

    @Override
    public Optional<Synthesis> synthesis() {
        return field.synthesis()
                .map(s -> new FieldSynthesis(s, new Separable(s.prior(), dimension)));
    }

    /** The field's change of variables; the nuisance parameters stay as they are. */
    private record FieldSynthesis(Synthesis field, SeparablePrior prior) implements Synthesis {
        @Override
        public void apply(double[] u, int uOffset, double[] x, int xOffset) {
            field.apply(u, uOffset, x, xOffset);
            copyRest(u, uOffset, x, xOffset);
        }

        @Override
        public void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset) {
            field.adjoint(gx, gxOffset, gu, guOffset);
            copyRest(gx, gxOffset, gu, guOffset);
        }

        @Override
        public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
            field.analyse(x, xOffset, u, uOffset);
            copyRest(x, xOffset, u, uOffset);
        }

        private void copyRest(double[] from, int offset, double[] to, int toOffset) {
            int k = field.dimension();
            System.arraycopy(from, offset + k, to, toOffset + k, dimension() - k);
        }
    }

    @Override
    public Optional<Scaling> scaling() {
        return field.scaling().map(s -> s.of(p -> extend(p, dimension)));
    }

    /** log Z of the field, and ½log(4πT/β) for each flat coordinate. */
    @Override
    public Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        int k = field.dimension();
        double flat = 0.5 * (dimension - k) * Math.log(4 * Math.PI * time / beta);
        return field.logNormaliser(part(y), time, beta)
                .map(log -> Arrays.stream(log).map(z -> z + flat).toArray());
    }

    private Ensemble part(Ensemble y) {
        int k = field.dimension();
        Ensemble part = Ensemble.zeros(y.size(), k);
        for (int i = 0; i < y.size(); i++) {
            System.arraycopy(y.data(), y.offset(i), part.data(), i * k, k);
        }
        return part;
    }

    @Override
    public double curvature(int coordinate) {
        return coordinate < field.dimension() ? field.curvature(coordinate) : 0;
    }

    @Override
    public double lower(int coordinate) {
        return coordinate < field.dimension() ? field.lower(coordinate) : Double.NEGATIVE_INFINITY;
    }

    @Override
    public double upper(int coordinate) {
        return coordinate < field.dimension() ? field.upper(coordinate) : Double.POSITIVE_INFINITY;
    }

    /**
     * Keeps the structure. On a flat coordinate K(z|y) ∝ exp(−β(z−y)²/(4T)): log Z = ½log(4πT/β),
     * m₁ = y, v₁ = 2T/β.
     */
    private static final class Separable extends FieldPrior implements SeparablePrior {
        private final SeparablePrior field;

        Separable(SeparablePrior field, int dimension) {
            super(field, dimension);
            this.field = field;
        }

        @Override
        public Structure structure() {
            return Structure.SEPARABLE;
        }

        @Override
        public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
            if (coordinate < field.dimension()) {
                field.proxCoordinate(coordinate, t, y, out);
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
            if (coordinate < field.dimension()) {
                field.kernel(coordinate, time, beta, y, logNormaliser, mean, variance);
                return;
            }
            int n = y.length;
            Arrays.fill(logNormaliser, 0, n, 0.5 * Math.log(4 * Math.PI * time / beta));
            System.arraycopy(y, 0, mean, 0, n);
            Arrays.fill(variance, 0, n, 2 * time / beta);
        }

        @Override
        public double slope(int coordinate) {
            return coordinate < field.dimension() ? field.slope(coordinate) : 0;
        }
    }
}
