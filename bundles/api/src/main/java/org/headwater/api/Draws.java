package org.headwater.api;

import java.util.Arrays;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Draws of a posterior, in memory or on disk: C chains of n draws of d parameters each. Draw s of
 * chain c has the number c·n + s. Replicates of a particle system count as chains, their particles
 * as draws. Not thread-safe.
 */
@ProviderType
public interface Draws {
    /** C, the number of chains. */
    int chains();

    /** n, the number of draws of each chain. */
    int length();

    /** d, the number of parameters. */
    int dimension();

    /** C·n, the number of draws of all chains together. */
    default int size() {
        return Math.multiplyExact(chains(), length());
    }

    /**
     * All draws of one parameter. Cheapest in the order of the parameters.
     *
     * @param j the parameter
     * @param out C·n values in the order of the draws' numbers, modified
     */
    void column(int j, double[] out);

    /**
     * Some draws, one after the other.
     *
     * @param from number of the first
     * @param count how many
     * @param out count × d, modified from its start
     */
    void rows(int from, int count, double[] out);

    /**
     * At most so many draws, as evenly from each chain as can be, in order; all if there are no
     * more.
     */
    default Ensemble thinned(int most) {
        int kept = Math.max(1, Math.min(length(), most / chains()));
        int d = dimension();
        Ensemble out = Ensemble.zeros(chains() * kept, d);
        double[] row = new double[d];
        for (int c = 0; c < chains(); c++) {
            for (int k = 0; k < kept; k++) {
                int s = (int) ((long) k * length() / kept);
                rows(c * length() + s, 1, row);
                System.arraycopy(row, 0, out.data(), out.offset(c * kept + k), d);
            }
        }
        return out;
    }

    /**
     * Draws in memory.
     *
     * @param draws chain after chain, shared
     * @param chains C
     * @throws IllegalArgumentException if the chains differ in length
     */
    static Draws of(Ensemble draws, int chains) {
        if (chains < 1 || draws.size() % chains != 0) {
            throw new IllegalArgumentException(
                    draws.size() + " draws cannot be of " + chains + " chains of equal length");
        }
        return new Draws() {
            @Override
            public int chains() {
                return chains;
            }

            @Override
            public int length() {
                return draws.size() / chains;
            }

            @Override
            public int dimension() {
                return draws.dimension();
            }

            @Override
            public void column(int j, double[] out) {
                Arrays.setAll(out, i -> draws.get(i, j));
            }

            @Override
            public void rows(int from, int count, double[] out) {
                int d = draws.dimension();
                System.arraycopy(draws.data(), from * d, out, 0, count * d);
            }

            @Override
            public Ensemble thinned(int most) {
                return most < draws.size() ? Draws.super.thinned(most) : draws;
            }
        };
    }
}
