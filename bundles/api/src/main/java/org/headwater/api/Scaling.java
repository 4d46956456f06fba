package org.headwater.api;

import java.util.function.DoubleFunction;
import java.util.function.UnaryOperator;

/**
 * How a prior's density depends on its weight: ψ = w·g with g(cθ) = c^k·g(θ) for c ≥ 0. On the m
 * dimensions that g sees, those modulo the subspace along which it is constant,
 *
 * <pre>log ∫exp(−βw·g) = constant − (m/k)·log w,</pre>
 *
 * so that the gradient of the log marginal likelihood of w is m/(kw) − β·E[g(θ) | data], from which
 * the weight can be estimated (Vidal, De Bortoli, Pereyra, Durmus, arXiv 1911.11709, theorem 2.1).
 *
 * @param weight w &gt; 0, of this prior
 * @param degree k &gt; 0: 1 for norms, 2 for squares
 * @param dimension m ≤ d
 * @param automatic whether the user left the weight to be chosen; it is then only a first guess
 * @param reweighted gives the same prior with another weight
 */
public record Scaling(
        double weight,
        double degree,
        int dimension,
        boolean automatic,
        DoubleFunction<? extends Prior> reweighted) {
    /** The word for a weight that is to be chosen from the data. */
    public static final String AUTO = "auto";

    /** The weight at which the choice of an {@link #AUTO} weight starts. */
    public static final double FIRST_GUESS = 1;

    /** The largest weight of a prior: what is made of it stays far from overflow. */
    public static final double LARGEST = 1e100;

    /** Checks the ranges. */
    public Scaling {
        if (!(weight > 0) || !(degree > 0) || dimension < 1) {
            throw new IllegalArgumentException(
                    "weight, degree and dimension must be positive, got "
                            + weight
                            + ", "
                            + degree
                            + ", "
                            + dimension);
        }
    }

    /** The same prior with another weight, &gt; 0. */
    public Prior withWeight(double other) {
        return reweighted.apply(other);
    }

    /** The scaling of a prior made from this one, whose potential and dimension m stay. */
    public Scaling of(UnaryOperator<Prior> made) {
        return new Scaling(
                weight, degree, dimension, automatic, w -> made.apply(reweighted.apply(w)));
    }
}
