package org.headwater.model.eit.internal.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DenseMatrix;

/**
 * What is driven and measured: current patterns C (L×P, A), measurement patterns Q (L×M), and which
 * of the M×P voltages V = QᵀGC are used. Data are numbered along the rows of V: datum m·P + p, less
 * those that are not used. Immutable and thread-safe.
 *
 * <p>The transfer matrix G has rows and columns that sum to zero, so a constant in a column of Q
 * does nothing; columns of Q are kept with their means removed. The identity as Q stands for
 * voltages against the mean of all electrodes.
 */
public final class Experiment {
    private final DenseMatrix currents;
    private final DenseMatrix measurement;
    private final DenseMatrix centred;
    private final boolean complete;
    private final int[] used;
    private final Columns currentColumns;
    private final Columns measurementColumns;

    /**
     * @param currents L×P, A; columns sum to zero
     * @param measurement L×M
     * @param excludeDriven whether voltages of electrodes that carry current are not used
     */
    Experiment(DenseMatrix currents, DenseMatrix measurement, boolean excludeDriven) {
        this.currents = currents;
        this.measurement = measurement;
        this.centred = centred(measurement);
        this.complete = Arrays.equals(measurement.data(), Patterns.complete(measurement.rows()));
        this.currentColumns = Columns.of(currents);
        this.measurementColumns = Columns.of(centred);
        this.used = used(excludeDriven);
    }

    /** The matrix with the mean of each column removed; sums of rounding size count as zero. */
    static DenseMatrix centred(DenseMatrix a) {
        double[] data = a.data().clone();
        for (int j = 0; j < a.columns(); j++) {
            double sum = 0;
            for (int l = 0; l < a.rows(); l++) {
                sum += data[l * a.columns() + j];
            }
            for (int l = 0; sum != 0 && l < a.rows(); l++) {
                data[l * a.columns() + j] -= sum / a.rows();
            }
        }
        return new DenseMatrix(a.rows(), a.columns(), data);
    }

    private int[] used(boolean excludeDriven) {
        double largest = 0;
        for (double c : currents.data()) {
            largest = Math.max(largest, Math.abs(c));
        }
        int[] index = new int[measurements() * patterns()];
        int count = 0;
        for (int m = 0; m < measurements(); m++) {
            for (int p = 0; p < patterns(); p++) {
                boolean driven = false;
                for (int l = 0; l < electrodes(); l++) {
                    driven |=
                            measurement.get(l, m) != 0
                                    && Math.abs(currents.get(l, p)) > 1e-9 * largest;
                }
                if (!(excludeDriven && driven)) {
                    index[count++] = m * patterns() + p;
                }
            }
        }
        return Arrays.copyOf(index, count);
    }

    /** L, the number of electrodes. */
    public int electrodes() {
        return currents.rows();
    }

    /** P, the number of current patterns. */
    public int patterns() {
        return currents.columns();
    }

    /** M, the number of measurement patterns. */
    public int measurements() {
        return measurement.columns();
    }

    /** The number of voltages used. */
    public int dataSize() {
        return used.length;
    }

    /** C, A. */
    public DenseMatrix currents() {
        return currents;
    }

    /** Q as given, with the identity for voltages against the mean. */
    public DenseMatrix measurement() {
        return measurement;
    }

    /** Q with the means of its columns removed. */
    public DenseMatrix centredMeasurement() {
        return centred;
    }

    /** Whether voltages are those of each electrode against the mean of all. */
    public boolean isComplete() {
        return complete;
    }

    /** Index m·P + p of each datum. */
    public int[] used() {
        return used.clone();
    }

    /** Numbers a scratch array for {@link #voltages} and {@link #pullBack} needs. */
    public int scratchSize() {
        return patterns() * electrodes();
    }

    /**
     * The voltages used, V = QᵀGC. O(L·nonzeros of C + data·nonzeros in a column of Q).
     *
     * @param g L×L, symmetric, not modified
     * @param scratch modified
     * @param out data values from {@code offset} on, overwritten
     */
    public void voltages(double[] g, double[] scratch, double[] out, int offset) {
        int electrodes = electrodes();
        int patterns = patterns();
        for (int p = 0; p < patterns; p++) {
            int row = p * electrodes;
            Arrays.fill(scratch, row, row + electrodes, 0);
            for (int k = currentColumns.start[p]; k < currentColumns.start[p + 1]; k++) {
                int b = currentColumns.row[k] * electrodes;
                double c = currentColumns.value[k];
                for (int a = 0; a < electrodes; a++) {
                    scratch[row + a] += c * g[b + a];
                }
            }
        }
        for (int i = 0; i < used.length; i++) {
            int m = used[i] / patterns;
            int row = used[i] % patterns * electrodes;
            double v = 0;
            for (int k = measurementColumns.start[m]; k < measurementColumns.start[m + 1]; k++) {
                v += measurementColumns.value[k] * scratch[row + measurementColumns.row[k]];
            }
            out[offset + i] = v;
        }
    }

    /**
     * The adjoint of {@link #voltages}: ∂Φ/∂G = Q r Cᵀ for r = ∂Φ/∂V, entries of G taken as
     * independent.
     *
     * @param r data values, not modified
     * @param scratch modified
     * @param gBar L×L, overwritten
     */
    public void pullBack(double[] r, double[] scratch, double[] gBar) {
        int electrodes = electrodes();
        int patterns = patterns();
        Arrays.fill(scratch, 0, scratchSize(), 0);
        Arrays.fill(gBar, 0);
        for (int i = 0; i < used.length; i++) {
            int m = used[i] / patterns;
            int row = used[i] % patterns * electrodes;
            for (int k = measurementColumns.start[m]; k < measurementColumns.start[m + 1]; k++) {
                scratch[row + measurementColumns.row[k]] += measurementColumns.value[k] * r[i];
            }
        }
        for (int p = 0; p < patterns; p++) {
            for (int k = currentColumns.start[p]; k < currentColumns.start[p + 1]; k++) {
                int b = currentColumns.row[k];
                double c = currentColumns.value[k];
                for (int a = 0; a < electrodes; a++) {
                    gBar[a * electrodes + b] += c * scratch[p * electrodes + a];
                }
            }
        }
    }

    /**
     * Derivatives of the voltages from those of the grounded transfer matrix S⁻¹, whose entries a ≤
     * b &lt; L−1 are packed as b(b+1)/2 + a: dV = Q̃ᵀ dS⁻¹ C̃, tildes for the last row dropped.
     * O(n·(M·L² + nonzeros of C·M)) or less.
     *
     * @param packed pairs × n row-major: n derivatives of each entry, not modified
     * @param n number of derivatives
     * @param scratch (L−1)·n values, modified
     * @param out row i, of n values, starts at {@code offset + i·stride}, overwritten
     */
    public void differentials(
            double[] packed, int n, double[] scratch, double[] out, int offset, int stride) {
        int grounded = electrodes() - 1;
        int patterns = patterns();
        int measured = -1;
        for (int i = 0; i < used.length; i++) {
            int m = used[i] / patterns;
            int p = used[i] % patterns;
            if (m != measured) {
                measured = m;
                Arrays.fill(scratch, 0, grounded * n, 0);
                for (int b = 0; b < grounded; b++) {
                    for (int k = measurementColumns.start[m];
                            k < measurementColumns.start[m + 1];
                            k++) {
                        int a = measurementColumns.row[k];
                        if (a < grounded) {
                            int pair = a <= b ? b * (b + 1) / 2 + a : a * (a + 1) / 2 + b;
                            add(measurementColumns.value[k], packed, pair * n, scratch, b * n, n);
                        }
                    }
                }
            }
            int row = offset + i * stride;
            Arrays.fill(out, row, row + n, 0);
            for (int k = currentColumns.start[p]; k < currentColumns.start[p + 1]; k++) {
                int b = currentColumns.row[k];
                if (b < grounded) {
                    add(currentColumns.value[k], scratch, b * n, out, row, n);
                }
            }
        }
    }

    private static void add(double c, double[] from, int i, double[] to, int j, int n) {
        for (int k = 0; k < n; k++) {
            to[j + k] += c * from[i + k];
        }
    }

    /** The used ones of M×P values. */
    public double[] restrict(double[] all) {
        double[] out = new double[used.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = all[used[i]];
        }
        return out;
    }

    /** M×P values with those not used set to zero. */
    public double[] spread(double[] data) {
        double[] out = new double[measurements() * patterns()];
        for (int i = 0; i < data.length; i++) {
            out[used[i]] = data[i];
        }
        return out;
    }

    /**
     * Names of the measurement patterns for people: {@code 1–2} for a difference of two electrodes,
     * the electrode's number for a single one, else {@code pattern 1}.
     */
    public List<String> measurementNames() {
        List<String> names = new ArrayList<>();
        for (int m = 0; m < measurements(); m++) {
            StringBuilder positive = new StringBuilder();
            StringBuilder negative = new StringBuilder();
            int electrodesUsed = 0;
            for (int l = 0; l < electrodes(); l++) {
                double q = measurement.get(l, m);
                if (q != 0) {
                    electrodesUsed++;
                    (q > 0 ? positive : negative).append(l + 1);
                }
            }
            if (electrodesUsed == 1) {
                names.add(positive.append(negative).toString());
            } else if (electrodesUsed == 2 && !positive.isEmpty() && !negative.isEmpty()) {
                names.add(positive + "–" + negative);
            } else {
                names.add("pattern " + (m + 1));
            }
        }
        return names;
    }

    /** A matrix by its columns, zeros left out. */
    private record Columns(int[] start, int[] row, double[] value) {
        static Columns of(DenseMatrix a) {
            int[] start = new int[a.columns() + 1];
            int[] row = new int[a.data().length];
            double[] value = new double[a.data().length];
            int k = 0;
            for (int j = 0; j < a.columns(); j++) {
                for (int i = 0; i < a.rows(); i++) {
                    if (a.get(i, j) != 0) {
                        row[k] = i;
                        value[k++] = a.get(i, j);
                    }
                }
                start[j + 1] = k;
            }
            return new Columns(start, Arrays.copyOf(row, k), Arrays.copyOf(value, k));
        }
    }
}
