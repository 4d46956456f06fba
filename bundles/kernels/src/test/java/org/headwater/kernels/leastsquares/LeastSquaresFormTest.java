package org.headwater.kernels.leastsquares;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.commons.numbers.gamma.Erfc;
import org.junit.jupiter.api.Test;

class LeastSquaresFormTest {
    /** P(|θ| &gt; x) = e^{−λx} must be P(|u| &gt; v) = erfc(v/√2) at x = g(v). */
    @Test
    void normalsBecomeLaplacian() {
        for (double u : new double[] {1e-9, 0.3, 1, 2.5, 7, 30}) {
            double x = LeastSquaresForm.quantile(u, 2.5);
            assertEquals(1, Math.exp(-2.5 * x) / Erfc.value(u / Math.sqrt(2)), 1e-11, "at " + u);
            assertEquals(-x, LeastSquaresForm.quantile(-u, 2.5));
        }
        assertEquals(0, LeastSquaresForm.quantile(0, 2.5));
    }

    /** Where the tail has no double, −log erfc(t) = t² + log(t√π) + O(t⁻²). */
    @Test
    void farOutItGrowsAsTheSquare() {
        double t = 1e3;
        double expected = t * t + Math.log(t * Math.sqrt(Math.PI));
        assertEquals(expected, LeastSquaresForm.quantile(Math.sqrt(2) * t, 1), 1e-5);
    }

    @Test
    void slopeIsTheDerivative() {
        for (double u : new double[] {-40, -3, -0.2, 0.2, 1, 12}) {
            double h = 1e-5;
            double quotient =
                    (LeastSquaresForm.quantile(u + h, 0.7) - LeastSquaresForm.quantile(u - h, 0.7))
                            / (2 * h);
            assertEquals(quotient, LeastSquaresForm.slope(u, 0.7), 1e-7 * quotient, "at " + u);
        }
    }
}
