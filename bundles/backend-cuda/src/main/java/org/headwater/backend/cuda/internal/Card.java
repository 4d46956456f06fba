package org.headwater.backend.cuda.internal;

/**
 * A card.
 *
 * @param index its number, as CUDA counts
 * @param name its maker's name for it
 * @param capability compute capability, ten times the major version plus the minor one
 * @param processors number of multiprocessors
 * @param singlePerDouble operations of single precision in the time of one of double precision: 2
 *     for the cards of data centres, 32 or 64 for others
 * @param driver the newest CUDA version that its driver knows, e.g. 13000 for 13.0
 */
record Card(
        int index, String name, int capability, int processors, int singlePerDouble, int driver) {
    /** The oldest cards that kernels are made for. */
    static final int LEAST_CAPABILITY = 70;

    /** An estimate from operations counted: no card was at hand when it was chosen. */
    private static final int MOST_DIRECT = 1 << 18;

    /**
     * Particles up to which direct sums on the card beat sums on the CPU that take linear time,
     * where there are such.
     */
    int mostDirect(boolean single) {
        return single ? MOST_DIRECT : MOST_DIRECT / Math.max(1, singlePerDouble);
    }

    /** Why it cannot be used, or the empty string. */
    String fault(int cudaMajor) {
        int least = cudaMajor >= 13 ? 75 : LEAST_CAPABILITY;
        if (capability < least) {
            return String.format(
                    "%s has compute capability %s, %s is the least with CUDA %d%s",
                    this,
                    decimal(capability),
                    decimal(least),
                    cudaMajor,
                    capability >= LEAST_CAPABILITY ? "; build Headwater with -Pcuda12" : "");
        }
        if (driver / 1000 < cudaMajor) {
            return String.format(
                    "the driver of %s knows CUDA up to %d.%d, this build is for CUDA %d; install a"
                            + " newer driver or build Headwater with -Pcuda12",
                    this, driver / 1000, driver % 1000 / 10, cudaMajor);
        }
        return "";
    }

    private static String decimal(int version) {
        return version / 10 + "." + version % 10;
    }

    @Override
    public String toString() {
        return name + " (card " + index + ")";
    }
}
