package org.headwater.kernels.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.headwater.api.RandomStream;
import org.junit.jupiter.api.Test;

class KeyedRandomTest {
    @Test
    void aStreamIsItsPathAndNothingElse() {
        RandomStream used = KeyedRandom.of(5);
        for (int i = 0; i < 1000; i++) {
            used.gaussian();
            used.below(10);
        }
        RandomStream a = used.split(3).split(-1);
        RandomStream b = KeyedRandom.of(5).split(3).split(-1);
        for (int i = 0; i < 100; i++) {
            assertEquals(a.gaussian(), b.gaussian(), 0);
            assertEquals(a.uniform(), b.uniform(), 0);
            assertEquals(a.below(1000), b.below(1000));
        }
    }

    /** 200,000 streams whose paths differ in one key, their order or their length. */
    @Test
    void pathsThatDifferGiveStreamsThatDiffer() {
        Set<Double> firsts = new HashSet<>();
        int count = 0;
        for (long seed = 0; seed < 100; seed++) {
            RandomStream root = KeyedRandom.of(seed);
            count += add(firsts, root);
            for (long k = 0; k < 100; k++) {
                count += add(firsts, root.split(k));
                count += add(firsts, root.split(-1 - k).split(0));
                for (long l = 0; l < 18; l++) {
                    count += add(firsts, root.split(k).split(l));
                }
            }
        }
        // Equal 53-bit numbers by chance: 200,100²/2⁵⁴ = 2e-6.
        assertEquals(count, firsts.size());
    }

    private static int add(Set<Double> firsts, RandomStream stream) {
        firsts.add(stream.uniform());
        return 1;
    }

    /** The first bytes of a stream are part of the contract with every earlier run. */
    @Test
    void bytesAreTheSameOnEveryMachine() {
        CRC32 crc = new CRC32();
        RandomStream stream = KeyedRandom.of(20251116).split(1).split(2);
        for (int i = 0; i < 100_000; i++) {
            add(crc, Double.doubleToRawLongBits(stream.gaussian()));
            add(crc, Double.doubleToRawLongBits(stream.uniform()));
            add(crc, stream.below(1 + i));
        }
        assertEquals(4239412910L, crc.getValue());
    }

    private static void add(CRC32 crc, long bits) {
        for (int k = 0; k < 64; k += 8) {
            crc.update((int) (bits >>> k));
        }
    }

    @Test
    void rangesHold() {
        RandomStream stream = KeyedRandom.of(1);
        for (int i = 0; i < 100_000; i++) {
            double u = stream.uniform();
            assertTrue(u >= 0 && u < 1);
            int k = stream.below(7);
            assertTrue(k >= 0 && k < 7);
        }
    }
}
