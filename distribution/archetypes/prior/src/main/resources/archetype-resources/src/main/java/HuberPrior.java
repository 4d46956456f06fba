package ${package};

import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.TruncatedKernel;

/**
 * The Huber potential, ψ_i(z) = λz²/(2δ) for |z| ≤ δ and λ(|z| − δ/2) beyond, with weight λ and
 * width δ. Immutable.
 */
final class HuberPrior implements SeparablePrior {
    private final int dimension;
    private final double weight;
    private final double width;

    HuberPrior(int dimension, double weight, double width) {
        this.dimension = dimension;
        this.weight = weight;
        this.width = width;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = offset; i < offset + dimension; i++) {
            double z = Math.abs(x[i]);
            sum += z <= width ? weight * z * z / (2 * width) : weight * (z - width / 2);
        }
        return sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        if (y.dimension() != dimension
                || out.dimension() != dimension
                || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "points and result must have " + dimension + " coordinates each");
        }
        proxCoordinate(0, t, y.data(), out.data());
    }

    /** y/(1 + λt/δ) where that is within the tip, y − λt·sign(y) beyond; O(n). */
    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        double slope = weight * t;
        for (int k = 0; k < y.length; k++) {
            boolean tip = Math.abs(y[k]) <= width + slope;
            out[k] = tip ? y[k] / (1 + slope / width) : y[k] - Math.copySign(slope, y[k]);
        }
    }

    /**
     * The kernel is a mixture of three truncated normals: of the right flank, the left one (the
     * right one of −y), and the tip, a quadratic that the Gaussian part takes in.
     */
    @Override
    public void kernel(
            int coordinate,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        int n = y.length;
        double[][] log = new double[3][n];
        double[][] m = new double[3][n];
        double[][] v = new double[3][n];
        double shrink = 1 / (1 + weight / width * time);
        double[] mirrored = new double[n];
        double[] shrunk = new double[n];
        for (int k = 0; k < n; k++) {
            mirrored[k] = -y[k];
            shrunk[k] = shrink * y[k];
        }
        double far = Double.POSITIVE_INFINITY;
        TruncatedKernel.evaluate(weight, width, far, time, beta, y, log[0], m[0], v[0]);
        TruncatedKernel.evaluate(weight, width, far, time, beta, mirrored, log[1], m[1], v[1]);
        TruncatedKernel.evaluate(
                0, -width, width, shrink * time, beta, shrunk, log[2], m[2], v[2]);
        for (int k = 0; k < n; k++) {
            m[1][k] = -m[1][k];
            log[0][k] += beta * weight * width / 4;
            log[1][k] += beta * weight * width / 4;
            log[2][k] -= beta * weight / width * shrink * y[k] * y[k] / 4;
            double top = Math.max(log[0][k], Math.max(log[1][k], log[2][k]));
            double sum = 0;
            double first = 0;
            for (int p = 0; p < 3; p++) {
                double share = Math.exp(log[p][k] - top);
                sum += share;
                first += share * m[p][k];
            }
            double centre = first / sum;
            double second = 0;
            for (int p = 0; p < 3; p++) {
                double gap = m[p][k] - centre;
                second += Math.exp(log[p][k] - top) * (v[p][k] + gap * gap);
            }
            logNormaliser[k] = top + Math.log(sum);
            mean[k] = centre;
            variance[k] = second / sum;
        }
    }

    @Override
    public double slope(int coordinate) {
        return weight;
    }
}
