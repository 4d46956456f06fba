package org.headwater.kernels.layer.simd;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A stretch of floats that begins at the start of a cache line, where vectors load fastest, and
 * that is used up piece by piece.
 *
 * <p>Java's arrays begin anywhere. One that is longer than half of the largest region of the
 * default collector (G1) has regions of its own, never moves, and its numbers begin 16 bytes behind
 * a region's start. Such an array is kept from call to call, which spares the collector what is
 * otherwise allocated at every step. With another collector all is as right, but less fast.
 */
final class Room {
    private static final int LINE = 16;
    private static final int FIRST = 12;
    private static final int LEAST = 1 << 22;
    private static final AtomicReference<SoftReference<float[]>> SPARE = new AtomicReference<>();

    final float[] data;
    private final int end;
    private int next;

    private Room(float[] data, int start, int end) {
        this.data = data;
        this.next = start;
        this.end = end;
    }

    /** Floats that {@code n} take up, whole lines. */
    static int lines(long n) {
        return Math.toIntExact((n + LINE - 1) / LINE * LINE);
    }

    /**
     * Rooms of some lengths, which are whole lines, in the spare array if it can be had and they
     * fit into one array.
     */
    static Room[] of(int[] lengths) {
        Room[] rooms = new Room[lengths.length];
        long total = FIRST;
        for (int length : lengths) {
            total += length;
        }
        boolean together = total <= Integer.MAX_VALUE - LINE;
        SoftReference<float[]> kept = together ? SPARE.getAndSet(null) : null;
        float[] spare = kept == null ? null : kept.get();
        if (together && (spare == null || spare.length < total)) {
            spare = new float[(int) Math.max(LEAST, total)];
        }
        int start = FIRST;
        for (int k = 0; k < rooms.length; k++) {
            float[] data = together ? spare : new float[FIRST + lengths[k]];
            rooms[k] = new Room(data, start, start + lengths[k]);
            start += together ? lengths[k] : 0;
        }
        return rooms;
    }

    /** Keeps the rooms' array for the next call. */
    static void release(Room[] rooms) {
        SPARE.set(new SoftReference<>(rooms[0].data));
    }

    /** The place of the next {@code n} floats, which hold anything. */
    int take(int n) {
        int at = next;
        next += lines(n);
        if (next > end) {
            throw new IllegalStateException("room for " + (end - at) + " floats, asked for " + n);
        }
        return at;
    }

    /** The same, filled with zeros. */
    int zeros(int n) {
        int at = take(n);
        Arrays.fill(data, at, at + n, 0);
        return at;
    }
}
