package org.headwater.kernels.special;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExponentialTest {
    @Test
    void agreesWithTheLibraryOnItsDomain() {
        for (double x = Exponential.LEAST; x <= 709; x += .001237) {
            assertEquals(1, Exponential.exp(x) / StrictMath.exp(x), 5e-16, "x = " + x);
        }
        assertEquals(1, Exponential.exp(0), 0);
        assertEquals(1 + 1e-12, Exponential.exp(1e-12), 2.3e-16);
    }
}
