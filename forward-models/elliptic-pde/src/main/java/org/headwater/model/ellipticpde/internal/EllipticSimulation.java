package org.headwater.model.ellipticpde.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.NumberFiles;
import org.headwater.api.RandomStream;
import org.headwater.kernels.sparse.Lanes;

/** Synthetic observations of a medium, solved on a finer grid than the model's. */
final class EllipticSimulation implements ForwardModelProvider.Simulation {
    private static final int COARSEST = 128;
    private static final int FINEST = 384;
    private static final int IMAGE = 128;

    private final Flow flow;
    private final double[] clean;
    private final double[] image;

    private EllipticSimulation(Flow flow, double[] clean, double[] image) {
        this.flow = flow;
        this.clean = clean;
        this.image = image;
    }

    /**
     * Solves on twice the model's boxes, but at least {@value #COARSEST} and at most {@value
     * #FINEST} along a side.
     *
     * @throws InvalidInputException if the truth is neither parameters nor an image, or too extreme
     */
    static EllipticSimulation of(Flow flow, Basis basis, int n, Path truth) {
        DenseMatrix file = NumberFiles.read(truth, "truth");
        Basis used = basis;
        double[] theta = file.data();
        boolean vector = file.rows() == 1 || file.columns() == 1;
        if (!vector && file.rows() == file.columns()) {
            used = Basis.pixels(file.rows());
        } else if (theta.length != basis.size()) {
            throw InvalidInputException.of(
                    "truth",
                    "must hold "
                            + basis.size()
                            + " parameters, one on each line, or a square image of the"
                            + " log-permeability",
                    file.rows() + " × " + file.columns() + " numbers in " + truth,
                    "mend the file");
        }
        FlowGrid grid = new FlowGrid(Math.min(FINEST, Math.max(COARSEST, 2 * n)), flow);
        double[] faces = new double[grid.faces()];
        expand(used.on(grid.midpoints(), grid.nodes()), theta, faces, 0);
        expand(used.on(grid.nodes(), grid.midpoints()), theta, faces, grid.facesAcrossX());
        FlowGrid.Workspace workspace = grid.workspace(Lanes.scalar());
        double[] clean = new double[flow.observations()];
        if (!workspace.solve(faces)[0]) {
            throw InvalidInputException.of(
                    "truth",
                    "must be a log-permeability that the equations can be solved with",
                    truth,
                    "choose less extreme values");
        }
        workspace.observe(0, clean, 0);
        return new EllipticSimulation(flow, clean, image(used, theta));
    }

    private static void expand(Basis.Sampler sampler, double[] theta, double[] out, int offset) {
        sampler.expand(theta, 0, out, offset, new double[sampler.scratchSize()]);
    }

    /** m at the centres of pixels, row 0 at the top. */
    private static double[] image(Basis basis, double[] theta) {
        double[] x = new double[IMAGE];
        for (int i = 0; i < IMAGE; i++) {
            x[i] = (i + 0.5) / IMAGE;
        }
        double[] values = new double[IMAGE * IMAGE];
        expand(basis.on(x, x), theta, values, 0);
        double[] image = new double[IMAGE * IMAGE];
        for (int row = 0; row < IMAGE; row++) {
            for (int column = 0; column < IMAGE; column++) {
                image[row * IMAGE + column] = values[column * IMAGE + IMAGE - 1 - row];
            }
        }
        return image;
    }

    @Override
    public double[] clean() {
        return clean.clone();
    }

    @Override
    public Map<String, Object> write(
            Path directory,
            double[] noisy,
            RandomStream random,
            ForwardModelProvider.NoiseSource noise)
            throws IOException {
        Files.write(directory.resolve("values.csv"), lines(noisy, 1));
        Files.write(directory.resolve("points.csv"), lines(flow.points(), 2));
        Files.write(directory.resolve("truth.csv"), lines(image, IMAGE));
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("points", "points.csv");
        section.put("values", "values.csv");
        return section;
    }

    private static List<String> lines(double[] numbers, int columns) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += columns) {
            StringBuilder line = new StringBuilder();
            for (int j = 0; j < columns; j++) {
                line.append(j == 0 ? "" : ",").append(numbers[i + j]);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
