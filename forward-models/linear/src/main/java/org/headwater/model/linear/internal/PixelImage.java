package org.headwater.model.linear.internal;

import java.util.List;
import org.headwater.api.DerivedField;
import org.headwater.api.Geometry;

/**
 * The parameters as an image, H × W, row 0 at the top; a pixel is a square of side 1 made of two
 * triangles.
 */
final class PixelImage implements DerivedField {
    private final int pixels;
    private final Geometry geometry;

    PixelImage(int height, int width) {
        pixels = height * width;
        double[] nodes = new double[2 * (height + 1) * (width + 1)];
        for (int i = 0; i <= height; i++) {
            for (int j = 0; j <= width; j++) {
                int node = i * (width + 1) + j;
                nodes[2 * node] = j;
                nodes[2 * node + 1] = height - i;
            }
        }
        int[] triangles = new int[6 * pixels];
        int t = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int above = i * (width + 1) + j;
                int below = above + width + 1;
                for (int corner :
                        new int[] {below, below + 1, above + 1, below, above + 1, above}) {
                    triangles[t++] = corner;
                }
            }
        }
        geometry = new Geometry(nodes, triangles, "pixels", List.of());
    }

    @Override
    public String name() {
        return "image";
    }

    @Override
    public String unit() {
        return "";
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public double neutral() {
        return Double.NaN;
    }

    @Override
    public void evaluate(double[] theta, int offset, double[] out) {
        for (int k = 0; k < pixels; k++) {
            out[2 * k] = theta[offset + k];
            out[2 * k + 1] = theta[offset + k];
        }
    }
}
