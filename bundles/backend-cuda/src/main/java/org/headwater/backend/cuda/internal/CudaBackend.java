package org.headwater.backend.cuda.internal;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import org.headwater.api.BackendFailureException;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.Shapes;
import org.headwater.kernels.rwpo.TensorisedLayer;

/**
 * The layers on a card, by direct sums: O(N²d) for both. Particles stay on the card until others
 * come; their sums do not leave it. What a card cannot do well goes to the CPU's loops: particles
 * whose squared distances overflow, and {@linkplain Card#mostDirect many} particles in a tensorised
 * layer or in the plane, where the CPU's Gauss transforms do a fraction of the work.
 *
 * <p>Source: arXiv 2510.16356; the exponents relative to a running maximum follow arXiv 2205.14135.
 */
final class CudaBackend implements KernelBackend {
    /** Coordinates of the joint layer for which the CPU has sums in linear time. */
    private static final int PLANE = 2;

    /** Bits by which log weights may vary before each query needs a maximum of its own. */
    static final double RANGE = 60;

    /** Bandwidths from the mean up to which single precision serves. */
    private static final double SINGLE_REACH = 1e4;

    /** The same where exponents are made of products, which cancel. */
    private static final double PRODUCT_REACH = 64;

    /** Bandwidths from the mean whose squares double precision can hold. */
    private static final double REACH = 1e140;

    /** Log weights may vary so much. */
    private static final double MOST_RANGE = 1e290;

    private static final double LOG2_E = 1 / Math.log(2);
    private static final int THREADS = 256;
    private static final int GRAM_TILE = 32;

    /** N·d² from which the covariance is worth the way to the card. */
    private static final double LEAST_MOMENTS = 1 << 22;

    private final Device device;
    private final Precision precision;
    private final Consumer<String> lost;
    private volatile double milliseconds = Double.NaN;

    /**
     * On a card.
     *
     * @param lost told why, when the card works no longer
     */
    CudaBackend(Device device, Precision precision, Consumer<String> lost) {
        this.device = device;
        this.precision = precision;
        this.lost = lost;
    }

    @Override
    public String description() {
        int capability = device.card().capability();
        return String.format(
                Locale.ROOT,
                "cuda (%s, compute capability %d.%d, %s)",
                device.card(),
                capability / 10,
                capability % 10,
                precision == Precision.SINGLE
                        ? "single precision in the joint layer"
                        : "double precision");
    }

    @Override
    public double deviceMilliseconds() {
        return milliseconds;
    }

    @Override
    public void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.joint(x, kappa, logNormaliser, barycentre, selfWeight);
        if (n == 0) {
            return;
        }
        double[] kappas = new double[d];
        Arrays.fill(kappas, kappa);
        Input in = Input.of(true, x, kappas, logNormaliser);
        boolean single = precision == Precision.SINGLE;
        if (in.overflows() || d == PLANE && n > device.card().mostDirect(single)) {
            milliseconds = Double.NaN;
            LayerLoops loops = LayerLoops.best();
            if (single && !in.overflows()) {
                JointLayer.selfSingle(
                        x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
            } else {
                JointLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
            }
            return;
        }
        compute(in, barycentre.data(), selfWeight);
    }

    @Override
    public void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        int n = x.size();
        Shapes.tensorised(x, kappa, logNormaliser, barycentre, selfWeight);
        if (n == 0) {
            return;
        }
        Input in = Input.of(false, x, kappa, logNormaliser.data());
        if (n > device.card().mostDirect(false) || in.overflows()) {
            milliseconds = Double.NaN;
            LayerLoops loops = LayerLoops.best();
            TensorisedLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
            return;
        }
        compute(in, barycentre.data(), selfWeight);
    }

    @Override
    public boolean moments(Ensemble x, double[] mean, double[] covariance) {
        int n = x.size();
        int d = x.dimension();
        Shapes.require(mean.length == d, "mean needs one value per coordinate");
        Shapes.require(covariance.length == d * d, "covariance needs d × d values");
        if ((double) n * d * d < LEAST_MOMENTS) {
            return false;
        }
        Shapes.finite(x, "x");
        onDevice("covariance", x, () -> reduce(x, mean, covariance));
        return true;
    }

    private void reduce(Ensemble x, double[] mean, double[] covariance) throws CudaException {
        int n = x.size();
        int d = x.dimension();
        Source source = Source.moments();
        int tiles = Plan.over(d, GRAM_TILE);
        int most = (int) Math.max(1, Plan.MOST_PART_BYTES / (8L * d * d));
        int wanted = Plan.over(4 * device.card().processors(), tiles * tiles);
        int chunk = Plan.over(n, Math.max(1, Math.min(Math.min(wanted, most), Plan.over(n, 64))));
        int slots = Plan.over(n, chunk);
        long data = device.particles(x.data());
        long part = device.block("part", (long) slots * d * d * Double.BYTES);
        long means = device.block("mean", (long) d * Double.BYTES);
        long products = device.block("covariance", (long) d * d * Double.BYTES);
        int[] sums = {Plan.over(d, THREADS), slots, 1};
        device.launch(source, "column_sums", sums, THREADS, data, part, n, d, chunk);
        device.launch(source, "add_slots", flat(d), THREADS, part, means, d, slots, 1.0 / n);
        int[] gram = {tiles, tiles, slots};
        device.launch(source, "gram", gram, THREADS, data, means, part, n, d, chunk);
        device.launch(
                source,
                "add_slots",
                flat((long) d * d),
                THREADS,
                part,
                products,
                d * d,
                slots,
                1.0 / n);
        device.download(means, mean);
        device.download(products, covariance);
    }

    /**
     * A layer's input and how it spreads.
     *
     * @param joint one softmax, not one per coordinate
     * @param mean per coordinate
     * @param root √(κ log₂ e) per coordinate
     * @param low least logZ per group
     * @param range bits by which weights vary, at most
     * @param reach bandwidths between mean and farthest coordinate
     */
    private record Input(
            boolean joint,
            Ensemble x,
            double[] logNormaliser,
            double[] mean,
            double[] root,
            double[] low,
            double range,
            double reach) {
        static Input of(boolean joint, Ensemble x, double[] kappa, double[] logNormaliser) {
            int n = x.size();
            int d = x.dimension();
            double[] data = x.data();
            double[] mean = new double[d];
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < d; k++) {
                    mean[k] += data[i * d + k] / n;
                }
            }
            double[] root = new double[d];
            Arrays.setAll(root, k -> Math.sqrt(kappa[k]) * Math.sqrt(LOG2_E));
            double reach = 0;
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < d; k++) {
                    reach = Math.max(reach, Math.abs(data[i * d + k] - mean[k]) * root[k]);
                }
            }
            int groups = joint ? 1 : d;
            double[] low = new double[groups];
            double[] high = new double[groups];
            Arrays.fill(low, Double.POSITIVE_INFINITY);
            Arrays.fill(high, Double.NEGATIVE_INFINITY);
            for (int at = 0; at < logNormaliser.length; at++) {
                low[at % groups] = Math.min(low[at % groups], logNormaliser[at]);
                high[at % groups] = Math.max(high[at % groups], logNormaliser[at]);
            }
            double range = 0;
            for (int g = 0; g < groups; g++) {
                range = Math.max(range, (high[g] - low[g]) * LOG2_E);
            }
            return new Input(joint, x, logNormaliser, mean, root, low, range, reach);
        }

        boolean overflows() {
            // Negated, so that NaN counts.
            return !(reach < REACH && range < MOST_RANGE);
        }

        /** Softmaxes. */
        int groups() {
            return joint ? 1 : x.dimension();
        }

        /** Coordinates of each. */
        int dims() {
            return joint ? x.dimension() : 1;
        }
    }

    private interface Work {
        void run() throws CudaException;
    }

    private void compute(Input in, double[] out, double[] self) {
        onDevice(in.joint ? "joint layer" : "tensorised layer", in.x, () -> sums(in, out, self));
    }

    private void onDevice(String what, Ensemble x, Work work) {
        try {
            device.take();
            try {
                work.run();
            } catch (CudaException e) {
                device.freeAll();
                throw e;
            } finally {
                device.release();
            }
        } catch (CudaException e) {
            throw failure(e, what + " of " + x.size() + " × " + x.dimension());
        }
    }

    private BackendFailureException failure(CudaException e, String work) {
        if (e.isOutOfMemory()) {
            return new BackendFailureException(
                    String.format(
                            "%s has too little free memory for a %s (%s)",
                            device.card(), work, e.getMessage()),
                    e);
        }
        String why = String.format("%s failed in a %s (%s)", device.card(), work, e.getMessage());
        lost.accept(why + "; it is tried again after a restart");
        return new BackendFailureException(why, e);
    }

    private void sums(Input in, double[] out, double[] self) throws CudaException {
        int n = in.x.size();
        int d = in.x.dimension();
        int dims = in.dims();
        int groups = in.groups();
        boolean online = in.range > RANGE;
        boolean products = dims > Source.MOST_ROW_DIMENSION;
        boolean single =
                in.joint
                        && precision == Precision.SINGLE
                        && !online
                        && (products
                                ? in.reach * Math.sqrt(dims) <= PRODUCT_REACH
                                : in.reach <= SINGLE_REACH);
        int size = single ? Float.BYTES : Double.BYTES;
        Plan plan = Plan.of(n, dims, groups, single, online, device.card().processors());
        Source source = plan.source();

        long x = device.particles(in.x.data());
        long mean = device.upload("mean", in.mean);
        long root = device.upload("root", in.root);
        long low = device.upload("low", in.low);
        long logZ = device.upload("logZ", in.logNormaliser);
        long u = device.block("u", (long) n * d * size);
        long c = device.block("c", (long) n * groups * size);
        long result = device.block("out", (long) n * d * Double.BYTES);
        long weights = device.block("self", (long) n * groups * Double.BYTES);
        long part = device.block("part", plan.partBytes());
        long squares = device.block("squares", single && products ? (long) n * size : 1);
        device.startClock();
        device.launch(source, "scale", flat((long) n * d), THREADS, x, mean, root, u, n, d);
        device.launch(source, "weigh", flat((long) n * groups), THREADS, logZ, low, c, n, groups);
        if (single && products) {
            device.launch(source, "norms", flat(n), THREADS, u, squares, n, d);
        }
        for (int first = 0; first < groups; first += plan.batch()) {
            int batch = Math.min(plan.batch(), groups - first);
            long uHere = u + (long) first * dims * n * size;
            long cHere = c + (long) first * n * size;
            int[] grid = {plan.gridX(), plan.slots(), plan.slices() * batch};
            if (plan.kernel().equals("panel")) {
                device.launch(
                        source,
                        "panel",
                        grid,
                        plan.threads(),
                        u,
                        c,
                        squares,
                        part,
                        n,
                        d,
                        plan.extent());
            } else {
                device.launch(
                        source,
                        plan.kernel(),
                        grid,
                        plan.threads(),
                        uHere,
                        cHere,
                        part,
                        n,
                        plan.extent());
            }
            int columns = batch * dims;
            for (int from = 0; from < columns; from += Device.MOST_BLOCKS) {
                int[] all = {
                    Plan.over(n, THREADS), Math.min(Device.MOST_BLOCKS, columns - from), 1
                };
                device.launch(
                        source,
                        "combine",
                        all,
                        THREADS,
                        part,
                        cHere,
                        mean + (long) first * dims * Double.BYTES,
                        root + (long) first * dims * Double.BYTES,
                        result + (long) first * dims * Double.BYTES,
                        weights + (long) first * n * Double.BYTES,
                        n,
                        plan.slots(),
                        dims,
                        d,
                        from);
            }
        }
        long selves = weights;
        if (!in.joint) {
            selves = device.block("selves", (long) d * Double.BYTES);
            device.launch(source, "average", new int[] {d, 1, 1}, THREADS, weights, selves, n);
        }
        milliseconds = device.stopClock();
        device.download(result, out);
        device.download(selves, self);
    }

    private static int[] flat(long threads) {
        return new int[] {(int) ((threads + THREADS - 1) / THREADS), 1, 1};
    }
}
