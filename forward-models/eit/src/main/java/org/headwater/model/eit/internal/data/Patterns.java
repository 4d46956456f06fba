package org.headwater.model.eit.internal.data;

/**
 * Current and measurement patterns that have a name, as matrices with a row per electrode and a
 * column per pattern.
 */
final class Patterns {
    private Patterns() {}

    /**
     * Pairs e_k − e_{k+distance}, k = 0 … count−1, electrodes counted round the tank.
     *
     * @param electrodes L
     * @param distance 1 for adjacent, L/2 for opposite electrodes
     * @param count number of pairs
     * @return L × count row-major
     */
    static double[] pairs(int electrodes, int distance, int count) {
        double[] out = new double[electrodes * count];
        for (int k = 0; k < count; k++) {
            out[k * count + k] += 1;
            out[(k + distance) % electrodes * count + k] -= 1;
        }
        return out;
    }

    /**
     * Trigonometric patterns cos(2πkl/L), k = 1 … ⌊L/2⌋, then sin(2πkl/L), k = 1 … ⌈L/2⌉−1, with l
     * = 1 … L the number of the electrode.
     *
     * @param electrodes L
     * @return L × (L−1) row-major
     */
    static double[] trigonometric(int electrodes) {
        int count = electrodes - 1;
        int cosines = electrodes / 2;
        double[] out = new double[electrodes * count];
        for (int l = 0; l < electrodes; l++) {
            for (int p = 0; p < count; p++) {
                int k = p < cosines ? p + 1 : p - cosines + 1;
                double angle = 2 * Math.PI * (k * (l + 1) % electrodes) / electrodes;
                out[l * count + p] = p < cosines ? Math.cos(angle) : Math.sin(angle);
            }
        }
        return out;
    }

    /** The identity: every electrode against the mean of all. */
    static double[] complete(int electrodes) {
        double[] out = new double[electrodes * electrodes];
        for (int l = 0; l < electrodes; l++) {
            out[l * electrodes + l] = 1;
        }
        return out;
    }
}
