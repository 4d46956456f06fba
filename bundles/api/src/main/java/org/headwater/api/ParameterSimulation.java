package org.headwater.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Synthetic data of a model from a vector of its parameters. */
final class ParameterSimulation implements ForwardModelProvider.Simulation {
    private final double[] clean;

    private ParameterSimulation(double[] clean) {
        this.clean = clean;
    }

    static ParameterSimulation of(ForwardModel model, DenseMatrix truth, Path file) {
        int d = model.dimension();
        if (truth.data().length != d) {
            throw InvalidInputException.of(
                    "truth",
                    "must hold " + d + " numbers, one per parameter",
                    truth.data().length + " in " + file,
                    "write one number on each line");
        }
        double[] predicted = new double[model.dataSize()];
        model.evaluator().predict(Ensemble.of(1, d, truth.data()), 0, 1, predicted);
        return new ParameterSimulation(predicted);
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
        List<String> lines = new ArrayList<>(noisy.length);
        for (double v : noisy) {
            lines.add(Double.toString(v));
        }
        Files.write(directory.resolve("values.csv"), lines);
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("values", "values.csv");
        return section;
    }
}
