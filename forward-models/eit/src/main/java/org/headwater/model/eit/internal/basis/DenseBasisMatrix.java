package org.headwater.model.eit.internal.basis;

/**
 * A basis matrix with all its entries. It keeps its transpose too, so that both products read
 * memory in order; 2·T·d numbers.
 */
final class DenseBasisMatrix implements BasisMatrix {
    /** Rows of the right factor that stay in the second-level cache. */
    private static final int BLOCK = 64;

    private final int rows;
    private final int columns;
    private final double[] matrix;
    private final double[] transposed;

    /**
     * @param matrix rows × columns row-major, kept
     */
    DenseBasisMatrix(int rows, int columns, double[] matrix) {
        this.rows = rows;
        this.columns = columns;
        this.matrix = matrix;
        this.transposed = new double[matrix.length];
        for (int t = 0; t < rows; t++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + t] = matrix[t * columns + j];
            }
        }
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
    public void expand(double[] theta, int offset, int stride, int count, double[] out) {
        multiply(theta, offset, stride, count, columns, transposed, rows, out, 0, rows);
    }

    @Override
    public void multiplyLeft(double[] a, int aRows, double[] out, int offset, int stride) {
        multiply(a, 0, rows, aRows, rows, matrix, columns, out, offset, stride);
    }

    /**
     * C = A·B with A (m×k), B (k×n) dense, C (m×n) overwritten. Four rows of B at a time are added
     * to a row of C, a loop that the compiler turns into vector instructions; the order of the sums
     * depends on nothing but k.
     */
    private static void multiply(
            double[] a,
            int aOffset,
            int aStride,
            int m,
            int k,
            double[] b,
            int n,
            double[] c,
            int cOffset,
            int cStride) {
        for (int i = 0; i < m; i++) {
            java.util.Arrays.fill(c, cOffset + i * cStride, cOffset + i * cStride + n, 0);
        }
        for (int start = 0; start < k; start += BLOCK) {
            int end = Math.min(k, start + BLOCK);
            for (int i = 0; i < m; i++) {
                int ai = aOffset + i * aStride;
                int ci = cOffset + i * cStride;
                int p = start;
                for (; p + 4 <= end; p += 4) {
                    addFour(a, ai + p, b, p * n, n, c, ci);
                }
                for (; p < end; p++) {
                    double x = a[ai + p];
                    int bp = p * n;
                    for (int j = 0; j < n; j++) {
                        c[ci + j] += x * b[bp + j];
                    }
                }
            }
        }
    }

    private static void addFour(double[] a, int ai, double[] b, int b0, int n, double[] c, int ci) {
        double x0 = a[ai];
        double x1 = a[ai + 1];
        double x2 = a[ai + 2];
        double x3 = a[ai + 3];
        int b1 = b0 + n;
        int b2 = b1 + n;
        int b3 = b2 + n;
        for (int j = 0; j < n; j++) {
            c[ci + j] += x0 * b[b0 + j] + x1 * b[b1 + j] + x2 * b[b2 + j] + x3 * b[b3 + j];
        }
    }
}
