package org.headwater.shell.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.headwater.shell.internal.Frames.Frame;

/**
 * Sends frames from a thread of its own: an interrupt, which ends a command, would close the
 * connection if it met the thread that writes. A reader that is too slow holds up whoever puts in
 * more than {@link #LENGTH} frames; once the connection is broken, frames are dropped.
 */
final class Outbox {
    private static final int LENGTH = 256;
    private static final Frame LAST = new Frame((byte) 0, new byte[0]);

    private final BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(LENGTH);
    private final Thread thread;
    private volatile boolean broken;

    Outbox(Frames connection) {
        thread = new Thread(() -> send(connection), "attached-output");
        thread.setDaemon(true);
        thread.start();
    }

    private void send(Frames connection) {
        try {
            for (Frame frame = frames.take(); frame != LAST; frame = frames.take()) {
                connection.write(frame);
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone; that is noticed where its input is read.
            broken = true;
        }
    }

    void put(Frame frame) {
        boolean interrupted = false;
        boolean done = false;
        while (!done && !broken) {
            try {
                done = frames.offer(frame, 1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when everything has been sent, or cannot be sent. */
    void close() {
        put(LAST);
        Thread.interrupted();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A stream whose bytes go into frames of this type, line by line or when it is flushed. */
    OutputStream stream(byte type) {
        return new OutputStream() {
            private final byte[] buffer = new byte[Frames.LONGEST];
            private int length;

            @Override
            public synchronized void write(int b) {
                buffer[length++] = (byte) b;
                if (b == '\n' || length == buffer.length) {
                    flush();
                }
            }

            @Override
            public synchronized void write(byte[] b, int offset, int count) {
                for (int i = offset; i < offset + count; i++) {
                    buffer[length++] = b[i];
                    if (length == buffer.length) {
                        flush();
                    }
                }
                flush();
            }

            @Override
            public synchronized void flush() {
                if (length > 0) {
                    put(new Frame(type, Arrays.copyOf(buffer, length)));
                    length = 0;
                }
            }
        };
    }
}
