package org.headwater.solver.leastsquares.internal;

import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseLu;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.leastsquares.LeastSquaresForm;

/**
 * The proposals of randomise-then-optimise: F(u) = ξ solved for u, F(u) = L⁻¹AᵀR(u) = QᵀR(u) with A
 * = QLᵀ the Jacobian at a reference point u*. Their density is q(u) ∝ |det F′(u)|·exp(−½|F(u)|²);
 * for linear R it is the posterior's. Gauss–Newton steps with halving; each a Jacobian of R and
 * O(d²M).
 *
 * @param form R
 * @param centre u*, where the search begins
 * @param reference Aᵀ, d × M
 * @param factor L, d × d, lower
 */
record Randomised(LeastSquaresForm form, double[] centre, double[] reference, double[] factor) {
    private static final int MOST = 60;
    private static final int HALVINGS = 8;

    /** |F(u) − ξ| that counts as zero, in standard deviations of ξ. */
    private static final double TOLERANCE = 1e-7;

    private static final Proposal UNSOLVED = new Proposal(null, Double.NaN, false);
    private static final Proposal FAILED = new Proposal(null, Double.NaN, true);

    /**
     * A proposal.
     *
     * @param point u; null where the search did not end at a solution
     * @param logWeight log of posterior over proposal density, up to a constant
     * @param failed whether the model failed where the search began
     */
    record Proposal(double[] point, double logWeight, boolean failed) {}

    /** R, F − ξ and F′ at a point. */
    private record Place(double[] u, double[] residuals, double[] error, double[] slope) {
        double size() {
            return Math.sqrt(DenseProducts.dot(error, 0, error, 0, error.length));
        }
    }

    /**
     * The u of a ξ.
     *
     * @param xi d values, not modified
     */
    Proposal solve(double[] xi) {
        Place here = at(first(xi), xi);
        if (here == null) {
            return FAILED;
        }
        for (int k = 0; k < MOST && here != null; k++) {
            if (here.size() <= TOLERANCE) {
                double[] r = here.residuals();
                double log =
                        DenseProducts.dot(xi, 0, xi, 0, xi.length)
                                - DenseProducts.dot(r, 0, r, 0, r.length);
                double determinant = DenseLu.logAbsDeterminant(here.slope().clone(), centre.length);
                return Double.isInfinite(determinant)
                        ? UNSOLVED
                        : new Proposal(here.u(), log / 2 - determinant, false);
            }
            here = step(here, xi);
        }
        return UNSOLVED;
    }

    /** u* + L⁻ᵀξ, the solution for linear R. */
    private double[] first(double[] xi) {
        double[] u = xi.clone();
        DenseCholesky.solveUpper(factor, u.length, u, 1);
        DenseProducts.addScaled(1, centre, 0, u, 0, u.length);
        return u;
    }

    /** One Gauss–Newton step, shortened until it comes nearer; null where it does not. */
    private Place step(Place here, double[] xi) {
        int d = centre.length;
        double[] step = newton(here);
        if (step == null) {
            return null;
        }
        double share = 1;
        for (int k = 0; k < HALVINGS; k++, share /= 2) {
            double[] u = here.u().clone();
            DenseProducts.addScaled(-share, step, 0, u, 0, d);
            Place next = at(u, xi);
            if (next != null && next.size() < here.size()) {
                return next;
            }
        }
        return null;
    }

    /** F′⁻¹(F − ξ) by normal equations; null where F′ is singular. */
    private static double[] newton(Place here) {
        int d = here.error().length;
        double[] normal = new double[d * d];
        double[] step = new double[d];
        for (int k = 0; k < d; k++) {
            for (int i = 0; i < d; i++) {
                double s = here.slope()[k * d + i];
                DenseProducts.addScaled(s, here.slope(), k * d, normal, i * d, i + 1);
                step[i] += s * here.error()[k];
            }
        }
        if (!DenseCholesky.factor(normal, d)) {
            return null;
        }
        DenseCholesky.solve(normal, d, step, 1);
        return step;
    }

    /** Null where the model fails. */
    private Place at(double[] u, double[] xi) {
        int d = centre.length;
        int m = form.size();
        double[] r = new double[m];
        double[] jacobian = new double[m * d];
        if (!form.jacobian(u, r, jacobian)) {
            return null;
        }
        double[] error = new double[d];
        double[] slope = new double[d * d];
        DenseProducts.multiply(reference, 0, jacobian, d, m, d, slope, 0);
        for (int i = 0; i < d; i++) {
            error[i] = DenseProducts.dot(reference, i * m, r, 0, m);
        }
        DenseCholesky.solveLower(factor, d, error, 1);
        DenseCholesky.solveLower(factor, d, slope, d);
        DenseProducts.addScaled(-1, xi, 0, error, 0, d);
        return new Place(u, r, error, slope);
    }
}
