package org.headwater.shell.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * What an attached shell and its Headwater say to each other: after {@link #KNOCK}, which the
 * launcher waits for, frames of a type (1 byte), a length (4 bytes, big-endian) and that many
 * bytes.
 *
 * <p>The client begins with {@code HELLO}. In a dialogue {@code INPUT} carries what is typed, as it
 * is typed; otherwise all of it up to {@code END} is the script. The other side sends what the
 * commands write and, when the shell is left, {@code EXIT}; a connection that ends without it was
 * cut.
 */
final class Frames {
    /** The first byte of a connection; the launcher knows it, too. */
    static final byte KNOCK = 'H';

    /** To the shell: who is there. */
    static final byte HELLO = 1;

    /** To the shell: bytes typed, or of the script. */
    static final byte INPUT = 2;

    /** To the shell: the terminal's new size, columns and rows as two ints. */
    static final byte SIZE = 3;

    /** To the shell: nothing more will be typed. */
    static final byte END = 4;

    /** From the shell: bytes for stdout. */
    static final byte OUT = 5;

    /** From the shell: bytes for stderr. */
    static final byte ERR = 6;

    /** From the shell: the exit code, one int. */
    static final byte EXIT = 7;

    /** The longest payload. */
    static final int LONGEST = 1 << 16;

    private static final int HEADER = 5;

    private final SocketChannel channel;

    Frames(SocketChannel channel) {
        this.channel = channel;
    }

    /** One message. */
    record Frame(byte type, byte[] payload) {
        int integer(int index) throws IOException {
            if (payload.length < Integer.BYTES * (index + 1)) {
                throw new ProtocolException("a frame of type " + type + " is too short");
            }
            return ByteBuffer.wrap(payload).getInt(Integer.BYTES * index);
        }

        static Frame of(byte type, int... integers) {
            ByteBuffer payload = ByteBuffer.allocate(Integer.BYTES * integers.length);
            payload.asIntBuffer().put(integers);
            return new Frame(type, payload.array());
        }
    }

    /**
     * Who wants a shell.
     *
     * @param dialogue whether a person types
     * @param terminal the terminal's type, as {@code TERM} has it
     * @param directory what relative paths start from
     */
    record Hello(boolean dialogue, String terminal, int columns, int rows, String directory) {
        /** Raised by every change of what the frames mean. */
        private static final int VERSION = 1;

        Frame frame() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeInt(VERSION);
                out.writeBoolean(dialogue);
                out.writeUTF(terminal);
                out.writeInt(columns);
                out.writeInt(rows);
                out.writeUTF(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new Frame(HELLO, bytes.toByteArray());
        }

        static Hello read(Frame frame) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame.payload()));
            if (frame.type() != HELLO || in.readInt() != VERSION) {
                throw new ProtocolException("not a shell of this version of Headwater");
            }
            return new Hello(
                    in.readBoolean(), in.readUTF(), in.readInt(), in.readInt(), in.readUTF());
        }
    }

    /** Sends a frame; several threads may. */
    synchronized void write(Frame frame) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + frame.payload().length);
        bytes.put(frame.type()).putInt(frame.payload().length).put(frame.payload()).flip();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Waits for the next frame; empty at the end of the connection. One thread only. */
    Optional<Frame> read() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (!fill(header)) {
            return Optional.empty();
        }
        byte type = header.get();
        int length = header.getInt();
        if (length < 0 || length > LONGEST) {
            throw new ProtocolException("a frame of " + length + " bytes");
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        return fill(payload) ? Optional.of(new Frame(type, payload.array())) : Optional.empty();
    }

    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        buffer.flip();
        return true;
    }
}
