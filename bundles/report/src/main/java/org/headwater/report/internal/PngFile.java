package org.headwater.report.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Pictures as PNG files: three bytes per pixel, rows without filters, which suit plots. ImageIO's
 * writer does the same at twice the time, and a report's time goes into its pictures.
 *
 * <p>Source: https://www.w3.org/TR/png-3/
 */
final class PngFile {
    private static final long SIGNATURE = 0x89504e470d0a1a0aL;
    private static final int LEVEL = 4;

    private PngFile() {}

    /**
     * Encodes a picture.
     *
     * @param pixels row after row, 0xRRGGBB
     */
    static byte[] of(int[] pixels, int width, int height) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(8).putLong(SIGNATURE).array());
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        // 8 bits for each of red, green and blue; the only method of compression and of filtering;
        // not interlaced
        header.put(new byte[] {8, 2, 0, 0, 0});
        chunk(file, "IHDR", header.array());
        chunk(file, "IDAT", deflated(rows(pixels, width, height)));
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    /** Each row is a byte 0, which means no filter, and its pixels. */
    private static byte[] rows(int[] pixels, int width, int height) {
        byte[] rows = new byte[height * (1 + 3 * width)];
        int to = 0;
        for (int y = 0; y < height; y++) {
            to++;
            for (int i = y * width; i < (y + 1) * width; i++) {
                rows[to++] = (byte) (pixels[i] >> 16);
                rows[to++] = (byte) (pixels[i] >> 8);
                rows[to++] = (byte) pixels[i];
            }
        }
        return rows;
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(LEVEL);
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1 << 16];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** Its length, name, content, and the checksum of the latter two. */
    private static void chunk(ByteArrayOutputStream file, String name, byte[] content) {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 checksum = new CRC32();
        checksum.update(type);
        checksum.update(content);
        file.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        file.writeBytes(type);
        file.writeBytes(content);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }
}
