package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.headwater.api.DataLayout;
import org.headwater.api.DerivedField;
import org.headwater.api.Geometry;
import org.headwater.api.Noise;
import org.headwater.api.ParameterBlock;
import org.headwater.api.StepInfo;

/**
 * What {@code posterior.zarr} holds beside the draws, in the groups of ArviZ's InferenceData:
 * {@code sample_stats}, {@code posterior_predictive}, {@code prior}, {@code prior_predictive},
 * {@code observed_data}, {@code constant_data}.
 *
 * <p>Source: https://python.arviz.org/en/stable/schema/schema.html. There is no {@code created_at},
 * so that the same seed gives the same bytes.
 */
final class InferenceData {
    private static final String NOTEBOOK = "notebook.ipynb";
    private static final String DATUM = "datum";

    /** Why a store has no draws of the prior. */
    static final String NO_PRIOR =
            "no groups prior and prior_predictive: the prior is improper, or there is no exact method"
                    + " to draw from it";

    private static final String ITERATION = "iteration";

    private InferenceData() {}

    /**
     * Attributes of the store and all of its groups.
     *
     * @param particles whether the draws are particles of replicates
     */
    static Map<String, Object> attributes(ProblemPlan plan, Manifest manifest, boolean particles) {
        Map<String, Object> all = new TreeMap<>();
        all.put("inference_library", "headwater");
        all.put("inference_library_version", manifest.content().get("headwater"));
        all.put("name", plan.name());
        all.put("seed", plan.seed());
        all.put("solver", plan.solver().plugin().type());
        all.put("chain_kind", particles ? "replicate of a particle system" : "Markov chain");
        all.put("draw_kind", particles ? "particle" : "state of the chain");
        return all;
    }

    /**
     * Writes all groups but the draws, which are there, and gathers the descriptions.
     *
     * @param root the folder posterior.zarr
     * @param prior draws of the prior, if there are any
     * @param steps of the segment
     */
    static void write(
            Path root,
            Map<String, ?> attributes,
            AssembledProblem problem,
            Outcome outcome,
            Optional<PriorPrediction> prior,
            List<StepInfo> steps)
            throws IOException {
        DataLayout layout = problem.model().dataLayout();
        Map<String, Object> described = new TreeMap<>(attributes);
        if (prior.isPresent()) {
            prior(root, attributes, problem, prior.get(), layout);
        } else if (problem.plan().results().priorDraws() > 0) {
            described.put("prior", NO_PRIOR);
        }
        ZarrGroup top = ZarrGroup.create(root, described);
        trace(top.group(DrawStore.SAMPLE_STATS, attributes), steps);
        observed(top.group("observed_data", attributes), problem, layout);
        predictive(top.group("posterior_predictive", attributes), outcome, layout);
        constant(top.group("constant_data", attributes), problem);
        top.consolidate();
        top.force();
    }

    /** Writes a notebook that opens the store beside it; the same for every run. */
    static void writeNotebook(Path folder) throws IOException {
        try (InputStream in = InferenceData.class.getResourceAsStream(NOTEBOOK)) {
            byte[] text = in.readAllBytes();
            SafeFiles.write(folder.resolve(NOTEBOOK), out -> out.write(text));
        }
    }

    /** What each step says of itself. */
    private static void trace(ZarrGroup group, List<StepInfo> steps) throws IOException {
        int n = steps.size();
        List<String> along = List.of(ITERATION);
        group.put(ITERATION, steps.stream().mapToLong(StepInfo::iteration).toArray(), along, n);
        group.put("failed", steps.stream().mapToLong(StepInfo::failed).toArray(), along, n);
        Set<String> names = new TreeSet<>();
        steps.forEach(step -> names.addAll(step.values().keySet()));
        for (String name : names) {
            double[] values =
                    steps.stream()
                            .mapToDouble(s -> s.values().getOrDefault(name, Double.NaN))
                            .toArray();
            group.put("step_" + plain(name), values, along, Map.of("long_name", name), n);
        }
        group.put(
                "step_residual",
                steps.stream().mapToDouble(StepInfo::residual).toArray(),
                along,
                Map.of("long_name", "size of a step relative to the spread"),
                n);
        group.put(
                "step_spread",
                steps.stream().mapToDouble(StepInfo::spread).toArray(),
                along,
                Map.of("long_name", "spread relative to the start's scale"),
                n);
    }

    private static String plain(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static Map<String, Object> quantity(DataLayout layout) {
        Map<String, Object> attributes = new TreeMap<>();
        attributes.put("long_name", layout.quantity());
        if (!layout.unit().isEmpty()) {
            attributes.put("units", layout.unit());
        }
        return attributes;
    }

    private static void coordinates(ZarrGroup group, int m) throws IOException {
        group.put(DATUM, IntStream.range(0, m).asLongStream().toArray(), List.of(DATUM), m);
    }

    private static void observed(ZarrGroup group, AssembledProblem problem, DataLayout layout)
            throws IOException {
        double[] measured = problem.experiment().measured();
        int m = measured.length;
        group.put("data", measured, List.of(DATUM), quantity(layout), m);
        coordinates(group, m);
    }

    /** Independent draws of the prior, and data measured in thought at some of them. */
    private static void prior(
            Path root,
            Map<String, ?> attributes,
            AssembledProblem problem,
            PriorPrediction prior,
            DataLayout layout)
            throws IOException {
        Map<String, Object> own = new TreeMap<>(attributes);
        own.put("chain_kind", "independent draws");
        own.put("draw_kind", "independent draw");
        DrawStore.writePrior(root, own, problem.model().blocks(), prior.draws());
        Map<String, long[]> of = Map.of("prior_draw", longs(prior.of(), i -> i));
        ZarrGroup group = ZarrGroup.create(root.resolve("prior_predictive"), own);
        replicated(group, prior.replicated(), of, problem.noise().dataSize(), layout);
        group.force();
    }

    /** Data drawn anew around the predictions of some draws, with their numbers. */
    private static void predictive(ZarrGroup group, Outcome outcome, DataLayout layout)
            throws IOException {
        int kept = outcome.posterior().draws().size() / outcome.draws().chains();
        int length = outcome.draws().length();
        int[] draws = outcome.prediction().of();
        Map<String, long[]> of = new TreeMap<>();
        of.put("posterior_chain", longs(draws, i -> i / kept));
        of.put("posterior_draw", longs(draws, i -> (long) (i % kept) * length / kept));
        int m = outcome.prediction().mean().length;
        replicated(group, outcome.prediction().replicated(), of, m, layout);
    }

    private static long[] longs(int[] of, IntToLongFunction map) {
        return Arrays.stream(of).mapToLong(map).toArray();
    }

    /**
     * Replicated data.
     *
     * @param of the draws that they belong to, by the names of the coordinates
     */
    private static void replicated(
            ZarrGroup group, double[] data, Map<String, long[]> of, int m, DataLayout layout)
            throws IOException {
        int n = data.length / m;
        Map<String, Object> attributes = quantity(layout);
        attributes.put("coordinates", String.join(" ", of.keySet()));
        List<String> along = List.of(DrawStore.DRAW);
        group.put(
                "data", data, List.of(DrawStore.CHAIN, DrawStore.DRAW, DATUM), attributes, 1, n, m);
        group.put(DrawStore.CHAIN, new long[1], List.of(DrawStore.CHAIN), 1);
        group.put(DrawStore.DRAW, IntStream.range(0, n).asLongStream().toArray(), along, n);
        for (Map.Entry<String, long[]> numbers : of.entrySet()) {
            group.put(numbers.getKey(), numbers.getValue(), along, n);
        }
        coordinates(group, m);
    }

    private static void constant(ZarrGroup group, AssembledProblem problem) throws IOException {
        int m = problem.experiment().measured().length;
        DataLayout layout = problem.model().dataLayout();
        List<String> along = List.of(DATUM);
        coordinates(group, m);
        if (problem.noise().isQuadratic()) {
            group.put("noise_sd", deviations(problem), along, quantity(layout), m);
        }
        if (!layout.groups().isEmpty()) {
            List<String> names =
                    Arrays.stream(layout.group()).mapToObj(layout.groups()::get).toList();
            group.put(plain(layout.grouping()), names, along, m);
        }
        Set<Geometry> meshes = new LinkedHashSet<>();
        Stream.concat(
                        problem.model().blocks().stream().flatMap(b -> b.shape().mesh().stream()),
                        problem.model().fields().stream().map(DerivedField::geometry))
                .forEach(meshes::add);
        int number = 1;
        for (Geometry mesh : meshes) {
            mesh(group, number == 1 ? "mesh" : "mesh_" + number, mesh);
            number++;
        }
        for (ParameterBlock block : problem.model().blocks()) {
            if (!block.isField()) {
                String name = DrawStore.name(block);
                List<String> dimensions = DrawStore.parameterDimensions(block);
                int[] shape = block.shape().sizes();
                Map<String, String> unit = Map.of("units", block.unit());
                group.put(name + "_prior_mean", block.initial(), dimensions, unit, shape);
                group.put(name + "_prior_sd", block.sd(), dimensions, unit, shape);
                DrawStore.names(group, block);
            }
        }
    }

    /** Of Gaussian noise: the residual of a prediction one unit off is 1/sd. */
    private static double[] deviations(AssembledProblem problem) {
        Noise noise = problem.noise();
        double[] measured = problem.experiment().measured();
        double[] moved = new double[measured.length];
        double[] at = new double[measured.length];
        noise.residuals(measured, at);
        Arrays.setAll(moved, i -> measured[i] + 1);
        double[] after = new double[measured.length];
        noise.residuals(moved, after);
        Arrays.setAll(after, i -> (moved[i] - measured[i]) / (after[i] - at[i]));
        return after;
    }

    private static void mesh(ZarrGroup group, String name, Geometry mesh) throws IOException {
        String node = name + "_node";
        String triangle = name + "_triangle";
        group.put(
                name + "_nodes",
                mesh.nodes(),
                List.of(node, name + "_axis"),
                Map.of("units", mesh.unit()),
                mesh.nodeCount(),
                2);
        group.put(
                name + "_triangles",
                Arrays.stream(mesh.triangles()).asLongStream().toArray(),
                List.of(triangle, name + "_corner"),
                mesh.triangleCount(),
                3);
        group.put(name + "_axis", List.of("x", "y"), List.of(name + "_axis"), 2);
    }
}
