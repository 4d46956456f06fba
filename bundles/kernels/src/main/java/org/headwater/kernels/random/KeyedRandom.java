package org.headwater.kernels.random;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.source64.XoShiRo256PlusPlus;
import org.apache.commons.rng.sampling.distribution.SharedStateContinuousSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.headwater.api.RandomStream;

/**
 * A random stream that is identified by the path of keys that led to it from the seed.
 *
 * <p>The path is folded into 128 bits by the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA
 * 2014, doi:10.1145/2660193.2660195, Stafford's variant 13); four further outputs of the same
 * finaliser seed a xoshiro256++ generator. Normals come from the modified ziggurat of Apache
 * Commons RNG. Splitting reads the path only, so a sub-stream does not depend on how far its parent
 * was used; two of n streams share a path code with probability about n²/2¹²⁹.
 *
 * <p>A generator is created when the first number is drawn: a stream that is only split costs two
 * words. Used by one thread at a time.
 */
public final class KeyedRandom implements RandomStream {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final long SILVER = 0xd1342543de82ef95L;

    private final long high;
    private final long low;
    private UniformRandomProvider source;
    private SharedStateContinuousSampler normal;

    private KeyedRandom(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /** The root stream of a seed. */
    public static KeyedRandom of(long seed) {
        return new KeyedRandom(mix(seed + GOLDEN), mix(seed ^ SILVER));
    }

    @Override
    public KeyedRandom split(long key) {
        long k = mix(key + GOLDEN);
        long h = mix(high ^ k);
        return new KeyedRandom(h, mix(low + SILVER * k + h));
    }

    @Override
    public double uniform() {
        return source().nextDouble();
    }

    @Override
    public double gaussian() {
        source();
        return normal.sample();
    }

    @Override
    public int below(int bound) {
        return source().nextInt(bound);
    }

    private UniformRandomProvider source() {
        if (source == null) {
            source =
                    new XoShiRo256PlusPlus(
                            mix(high + GOLDEN),
                            mix(low + 2 * GOLDEN),
                            mix(high ^ (low + 3 * GOLDEN)),
                            mix((high + 4 * GOLDEN) ^ Long.rotateLeft(low, 32)));
            normal = ZigguratSampler.NormalizedGaussian.of(source);
        }
        return source;
    }

    private static long mix(long z) {
        long y = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
        return y ^ (y >>> 31);
    }
}
