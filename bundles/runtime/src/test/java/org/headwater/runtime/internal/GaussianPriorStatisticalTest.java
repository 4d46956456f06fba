package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.gaussian.internal.GaussianPriorProvider;
import org.headwater.runtime.Job;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whole runs of linear problems with Gaussian priors: the posterior is N(μ, C/β), C = (AᵀA/s² +
 * Λ)⁻¹, μ = CAᵀy/s², here from Commons Math.
 */
class GaussianPriorStatisticalTest {
    private static final double SD = 0.3;

    @TempDir private Path folder;

    private final KeyedRandom random = KeyedRandom.of(8);
    private RealMatrix a;
    private RealVector y;

    private void data(int m, int d) throws IOException {
        a = MatrixUtils.createRealMatrix(m, d);
        y = MatrixUtils.createRealVector(new double[m]);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < d; j++) {
                a.setEntry(i, j, random.gaussian());
            }
            y.setEntry(i, 3 * random.gaussian());
        }
        write("A.csv", a);
        write("y.csv", MatrixUtils.createColumnRealMatrix(y.toArray()));
    }

    private void write(String name, RealMatrix m) throws IOException {
        StringBuilder s = new StringBuilder();
        for (double[] row : m.getData()) {
            for (int j = 0; j < row.length; j++) {
                s.append(j == 0 ? "" : ",").append(row[j]);
            }
            s.append('\n');
        }
        Files.writeString(folder.resolve(name), s);
    }

    private void check(String prior, RealMatrix precision, double beta) throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("p.yaml"),
                        "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                                + "noise: {sd: 0.3}\nprior: {type: gaussian, "
                                + prior
                                + "}\nsolver: {type: rwpo}\nbeta: "
                                + beta
                                + "\n");
        PluginRegistry plugins = TestPlatform.plugins();
        plugins.add(TestPlatform.plugin(PluginKind.PRIOR, new GaussianPriorProvider(), "0.1.0"));
        JobManager jobs = TestPlatform.jobs(plugins, 2);
        Path out = folder.resolve("out");
        Job job =
                jobs.submit(
                        ProblemFile.read(file, List.of()),
                        new RunOptions(out, "test", Job.Listener.NONE));
        job.await();
        jobs.close();
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        RealMatrix h = a.transpose().multiply(a).scalarMultiply(1 / (SD * SD)).add(precision);
        RealMatrix c = new LUDecomposition(h).getSolver().getInverse();
        RealVector mean = c.operate(a.transpose().operate(y)).mapMultiply(1 / (SD * SD));
        List<String> rows = Files.readAllLines(out.resolve("summary.csv"));
        int d = mean.getDimension();
        assertEquals(d + 1, rows.size());
        double sum = 0;
        for (int j = 0; j < d; j++) {
            String[] cells = rows.get(j + 1).split(",");
            double sd = Math.sqrt(c.getEntry(j, j) / beta);
            sum += Math.pow((Double.parseDouble(cells[1]) - mean.getEntry(j)) / sd, 2);
            assertEquals(1, Double.parseDouble(cells[2]) / sd, 0.03, cells[0]);
        }
        double error = Math.sqrt(sum / d);
        assertTrue(error <= 0.05, "mean error " + error);
    }

    /** Matérn fields with fewer data than parameters, and with more; a tempered one. */
    @ParameterizedTest
    @CsvSource({"0.5, 8, 1", "1.5, 8, 1", "2.5, 8, 1", "1.5, 60, 1", "1.5, 8, 0.25"})
    void maternFields(double nu, int m, double beta) throws Exception {
        int d = 24;
        data(m, d);
        RealMatrix c = MatrixUtils.createRealMatrix(d, d);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                double r = Math.hypot(i / 6 - j / 6, i % 6 - j % 6);
                double z = Math.sqrt(2 * nu) * r / 2.5;
                double p = nu < 1 ? 1 : nu < 2 ? 1 + z : 1 + z + z * z / 3;
                c.setEntry(i, j, 1.5 * 1.5 * p * Math.exp(-z));
            }
        }
        check(
                "matern: {length: 2.5, sd: 1.5, smoothness: " + nu + ", shape: [4, 6]}",
                new LUDecomposition(c).getSolver().getInverse(),
                beta);
    }

    @Test
    void independentParametersThatTheDataDoNotSee() throws Exception {
        int d = 12;
        data(4, d);
        RealMatrix precision = MatrixUtils.createRealIdentityMatrix(d).scalarMultiply(1 / 4.0);
        check("sd: 2", precision, 1);
    }

    @Test
    void aCovarianceFile() throws Exception {
        int d = 10;
        data(5, d);
        RealMatrix b = MatrixUtils.createRealMatrix(d, d);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                b.setEntry(i, j, random.gaussian());
            }
        }
        RealMatrix c = b.multiply(b.transpose()).add(MatrixUtils.createRealIdentityMatrix(d));
        write("C.csv", c);
        check("covariance: C.csv", new LUDecomposition(c).getSolver().getInverse(), 1);
    }
}
