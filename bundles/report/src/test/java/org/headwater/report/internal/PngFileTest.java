package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngFileTest {
    @Test
    void aReaderFindsEveryPixel() throws Exception {
        int width = 37;
        int height = 11;
        int[] pixels = new Random(1).ints(width * height, 0, 1 << 24).toArray();
        BufferedImage read =
                ImageIO.read(new ByteArrayInputStream(PngFile.of(pixels, width, height)));
        assertEquals(width, read.getWidth());
        assertEquals(height, read.getHeight());
        assertArrayEquals(
                pixels,
                IntStream.of(read.getRGB(0, 0, width, height, null, 0, width))
                        .map(p -> p & 0xffffff)
                        .toArray());
    }
}
