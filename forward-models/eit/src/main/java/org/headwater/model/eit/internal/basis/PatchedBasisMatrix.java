package org.headwater.model.eit.internal.basis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.DenseMatrix;
import org.headwater.kernels.sparse.Lanes;

/**
 * A basis matrix of functions that reach many triangles or all: the triangles are divided into
 * compact patches (halving along the longer side, at the median), and each patch keeps a dense
 * block of the columns that reach it, and its transpose. Products cost O(Σ rows·columns of the
 * blocks), a third of the dense ones for the default blobs, and read memory in order.
 */
final class PatchedBasisMatrix implements BasisMatrix {
    /** Most triangles of a patch. */
    private static final int PATCH = 64;

    /**
     * A dense block.
     *
     * @param triangles its rows of B
     * @param coefficients its columns of B
     * @param block triangles × coefficients
     * @param transposed coefficients × triangles
     */
    private record Patch(
            int[] triangles, int[] coefficients, double[] block, double[] transposed) {}

    private final int rows;
    private final int columns;
    private final List<Patch> patches = new ArrayList<>();

    /**
     * @param matrix T × d, with zeros where a function does not reach; not kept
     * @param centroids x and y of each triangle's centroid
     */
    PatchedBasisMatrix(DenseMatrix matrix, double[] centroids) {
        this.rows = matrix.rows();
        this.columns = matrix.columns();
        divide(IntStream.range(0, rows).boxed().toArray(Integer[]::new), matrix, centroids);
    }

    private void divide(Integer[] triangles, DenseMatrix matrix, double[] centroids) {
        if (triangles.length <= PATCH) {
            add(Arrays.stream(triangles).mapToInt(t -> t).sorted().toArray(), matrix);
            return;
        }
        int axis = extent(triangles, centroids, 0) >= extent(triangles, centroids, 1) ? 0 : 1;
        Integer[] sorted = triangles.clone();
        Arrays.sort(
                sorted,
                Comparator.comparingDouble((Integer t) -> centroids[2 * t + axis])
                        .thenComparingInt(t -> t));
        int half = sorted.length / 2;
        divide(Arrays.copyOf(sorted, half), matrix, centroids);
        divide(Arrays.copyOfRange(sorted, half, sorted.length), matrix, centroids);
    }

    private static double extent(Integer[] triangles, double[] centroids, int axis) {
        double least = Double.POSITIVE_INFINITY;
        double largest = Double.NEGATIVE_INFINITY;
        for (int t : triangles) {
            least = Math.min(least, centroids[2 * t + axis]);
            largest = Math.max(largest, centroids[2 * t + axis]);
        }
        return largest - least;
    }

    private void add(int[] triangles, DenseMatrix matrix) {
        int[] reaching =
                IntStream.range(0, columns)
                        .filter(j -> Arrays.stream(triangles).anyMatch(t -> matrix.get(t, j) != 0))
                        .toArray();
        DenseMatrix block =
                new DenseMatrix(
                        triangles.length,
                        reaching.length,
                        new double[triangles.length * reaching.length]);
        for (int i = 0; i < triangles.length; i++) {
            for (int j = 0; j < reaching.length; j++) {
                block.data()[i * reaching.length + j] = matrix.get(triangles[i], reaching[j]);
            }
        }
        patches.add(new Patch(triangles, reaching, block.data(), block.transpose().data()));
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void expand(Lanes lanes, double[] theta, double[] out) {
        Arrays.fill(out, 0, rows * lanes.width(), 0);
        for (Patch p : patches) {
            lanes.addBlock(p.block, p.triangles, p.coefficients, theta, out);
        }
    }

    @Override
    public void pullBack(Lanes lanes, double[] a, double[] out) {
        Arrays.fill(out, 0, columns * lanes.width(), 0);
        for (Patch p : patches) {
            lanes.addBlock(p.transposed, p.coefficients, p.triangles, a, out);
        }
    }
}
