package org.headwater.prior.composite.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.SeparablePrior;

/**
 * A sum of priors, ψ = Σψ_k.
 *
 * <p>Its prox takes quadratic terms ½μ|θ|² off exactly, prox_{t(φ+½μ|·|²)}(y) =
 * prox_{sφ}(y/(1+tμ)), s = t/(1+tμ), and splits the rest with {@link DykstraProx}, terms that
 * couple coordinates first. Immutable.
 */
final class SumPrior implements Prior {
    private final List<Prior> terms;
    private final List<Prior> split;
    private final double ridge;

    /** The sum as a separable prior if its kernel is known, else as one of this class. */
    static Prior of(List<Prior> terms) {
        return BrokenLines.of(terms).<Prior>map(sum -> sum).orElseGet(() -> new SumPrior(terms));
    }

    /** At least one term, all of the same dimension. */
    private SumPrior(List<Prior> terms) {
        this.terms = List.copyOf(terms);
        List<Prior> rest = new ArrayList<>();
        double sum = 0;
        for (Prior term : terms) {
            Optional<Double> mu = term.quadratic().flatMap(SumPrior::isotropic);
            if (mu.isPresent()) {
                sum += mu.get();
            } else {
                rest.add(term);
            }
        }
        rest.sort(Comparator.comparing((Prior p) -> p.structure() == Structure.SEPARABLE));
        this.split = List.copyOf(rest);
        this.ridge = sum;
    }

    /** μ if the quadratic is ½μ|θ|². */
    private static Optional<Double> isotropic(QuadraticPotential q) {
        return q.diagonal()
                .filter(
                        lambda -> {
                            for (double v : lambda) {
                                if (v != lambda[0]) {
                                    return false;
                                }
                            }
                            return true;
                        })
                .map(lambda -> lambda[0]);
    }

    @Override
    public int dimension() {
        return terms.get(0).dimension();
    }

    /** A sum of separable priors is separable, but its kernel has no closed form in general. */
    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (Prior term : terms) {
            sum += term.potential(x, offset);
        }
        return sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        double shrink = 1 + t * ridge;
        double[] point = new double[dimension()];
        for (int i = 0; i < y.size(); i++) {
            for (int j = 0; j < point.length; j++) {
                point[j] = y.get(i, j) / shrink;
            }
            double[] p = DykstraProx.prox(split, point, t / shrink);
            System.arraycopy(p, 0, out.data(), out.offset(i), p.length);
        }
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return terms.stream().allMatch(p -> p.quadratic().isPresent())
                ? split().map(QuadraticSplit::quadratic)
                : Optional.empty();
    }

    /** The quadratic parts of all terms, and the sum of what they leave. */
    @Override
    public Optional<QuadraticSplit> split() {
        QuadraticPotential quadratic = null;
        List<Prior> rest = new ArrayList<>();
        for (Prior term : terms) {
            Optional<QuadraticSplit> parts = term.split();
            if (parts.isPresent()) {
                QuadraticPotential q = parts.get().quadratic();
                quadratic = quadratic == null ? q : quadratic.plus(q);
            }
            if (term.quadratic().isEmpty()) {
                rest.add(parts.map(QuadraticSplit::rest).orElse(term));
            }
        }
        if (quadratic == null) {
            return Optional.empty();
        }
        Prior remaining =
                switch (rest.size()) {
                    case 0 -> SeparablePrior.flat(dimension());
                    case 1 -> rest.get(0);
                    default -> of(rest);
                };
        return Optional.of(new QuadraticSplit(quadratic, remaining));
    }

    @Override
    public double lower(int coordinate) {
        return terms.stream().mapToDouble(p -> p.lower(coordinate)).max().orElseThrow();
    }

    @Override
    public double upper(int coordinate) {
        return terms.stream().mapToDouble(p -> p.upper(coordinate)).min().orElseThrow();
    }

    /** The terms' curvatures, and half the squared slopes of those that are separable. */
    @Override
    public double curvature(int coordinate) {
        double sum = 0;
        for (Prior term : terms) {
            double slope = term instanceof SeparablePrior s ? s.slope(coordinate) : 0;
            sum += term.curvature(coordinate) + slope * slope / 2;
        }
        return sum;
    }
}
