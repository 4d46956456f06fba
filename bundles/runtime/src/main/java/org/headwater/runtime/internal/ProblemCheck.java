package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.InvalidInputException;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Workers;
import org.headwater.runtime.Jobs.Validation;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;

/** What can be said of a problem before it runs. */
final class ProblemCheck {
    private static final String PARTICLES = "particles";

    /** Long enough for the compiler to have done most of its work. */
    private static final double TIMED_SECONDS = 8;

    private static final int MOST_ROUNDS = 400;

    /** Rounds without a faster one after which a model counts as warm. */
    private static final int SETTLED_ROUNDS = 50;

    /** Arrays of the ensemble's size that a solver holds: particles, gradient, barycentre, work. */
    private static final int ENSEMBLE_ARRAYS = 10;

    private ProblemCheck() {}

    /** Times a few evaluations and adds up what is known. */
    static Validation of(AssembledProblem p, Workers workers) {
        ForwardModel model = p.model();
        long d = model.dimension();
        long m = model.dataSize();
        int particles = p.stepper().particles();
        double seconds = secondsPerParticle(p, workers);
        long bytes = bytes(p, workers);
        Map<String, String> lines = new LinkedHashMap<>();
        Map<String, Object> facts = new LinkedHashMap<>();
        lines.put("problem", p.plan().name());
        facts.put("name", p.plan().name());
        lines.put("parameters", d + " (" + blocks(model) + ")");
        facts.put("parameters", d);
        facts.put(
                "field-shape",
                Arrays.stream(model.blocks().get(0).shape().sizes()).boxed().toList());
        lines.put("data", Long.toString(m));
        facts.put("data", m);
        Map<String, Object> versions = new LinkedHashMap<>();
        for (Plugin plugin : p.plan().plugins()) {
            String version = plugin.type() + " (" + plugin.bundle() + " " + plugin.version() + ")";
            // priors may hold others, which come after them
            lines.merge(plugin.kind().singular(), version, (outer, inner) -> outer + ", " + inner);
            Map<String, Object> fact = new LinkedHashMap<>();
            fact.put("type", plugin.type());
            fact.put("bundle", plugin.bundle());
            fact.put("version", plugin.version());
            fact.put("sha256", plugin.sha256());
            versions.putIfAbsent(plugin.kind().key(), fact);
        }
        facts.put("plugins", versions);
        lines.put("kernels", p.backend().description());
        facts.put("backend", p.backend().description());
        lines.put("threads", Integer.toString(workers.threads()));
        facts.put("threads", workers.threads());
        int iterations = p.stepper().iterations();
        lines.put("steps", iterations + (particles > 0 ? " with " + particles + " particles" : ""));
        facts.put("iterations", iterations);
        lines.put("memory", "about " + megabytes(bytes) + " beside Java itself");
        facts.put("memory-bytes", bytes);
        lines.put("misfit and gradient of a particle", time(seconds));
        facts.put("seconds-per-particle", seconds);
        if (particles > 0) {
            facts.put(PARTICLES, particles);
            facts.put("seconds-per-step", seconds * particles);
            lines.put("forward model in a step", "about " + time(seconds * particles));
            lines.put(
                    "forward model in the run", "about " + time(seconds * particles * iterations));
        }
        return new Validation(lines, facts);
    }

    /** What a run takes beside Java itself, about. */
    static long bytes(AssembledProblem p, Workers workers) {
        long d = p.model().dimension();
        long m = p.model().dataSize();
        long particles = p.stepper().particles();
        return 8
                * (ENSEMBLE_ARRAYS * particles * d
                        + particles * m
                        + workers.threads() * m * d
                        + 6 * d * d);
    }

    /**
     * Refuses a problem whose run takes more memory than there is.
     *
     * @param limit bytes of the Java machine
     */
    static void requireMemory(AssembledProblem p, Workers workers, long limit) {
        if (bytes(p, workers) > limit) {
            throw outOfMemory(p, workers, limit);
        }
    }

    /** The error that a run takes more memory than there is, by the estimate or because it did. */
    static InvalidInputException outOfMemory(AssembledProblem p, Workers workers, long limit) {
        long bytes = bytes(p, workers);
        long d = p.model().dimension();
        long particles = p.stepper().particles();
        boolean ensemble = 8 * ENSEMBLE_ARRAYS * particles * d > bytes / 2;
        return InvalidInputException.of(
                ensemble ? "solver." + PARTICLES : PluginKind.MODEL.key(),
                "must leave the run within the " + megabytes(limit) + " that Java may take",
                bytes > limit
                        ? (ensemble ? particles + ", which take" : d + " parameters, which take")
                                + " about "
                                + megabytes(bytes)
                        : "a run that needs more",
                (ensemble ? "lower it" : "take fewer parameters or particles")
                        + ", or allow more with HEADWATER_JAVA_OPTS=-Xmx"
                        + gigabytes(2 * Math.max(bytes, limit))
                        + "g");
    }

    private static long gigabytes(long bytes) {
        return (bytes + (1L << 30) - 1) >> 30;
    }

    private static String blocks(ForwardModel model) {
        StringBuilder s = new StringBuilder();
        for (ParameterBlock block : model.blocks()) {
            s.append(s.isEmpty() ? "" : ", ")
                    .append(block.name())
                    .append(' ')
                    .append(block.shape());
        }
        return s.toString();
    }

    /** Wall-clock time of f and ∇f for one particle of many, all threads at work; the least. */
    private static double secondsPerParticle(AssembledProblem p, Workers workers) {
        int batch = Math.max(1, p.model().preferredBatch());
        int n = batch * workers.threads();
        int d = p.model().dimension();
        Ensemble points = Ensemble.zeros(n, d);
        for (int i = 0; i < n; i++) {
            System.arraycopy(p.problem().initial(), 0, points.data(), points.offset(i), d);
        }
        double[] value = new double[n];
        Ensemble gradient = Ensemble.zeros(n, d);
        boolean[] failed = new boolean[n];
        double[] times = new double[MOST_ROUNDS];
        int rounds = 0;
        long begun = System.nanoTime();
        while (rounds < MOST_ROUNDS
                && (rounds < 2 || since(begun) < TIMED_SECONDS && !settled(times, rounds))) {
            long start = System.nanoTime();
            p.target().evaluate(points, value, gradient, failed);
            times[rounds++] = since(start) / n;
        }
        // the others pay for class loading, compilation and what is factorised once
        return least(times, 0, rounds);
    }

    /**
     * Whether the latest rounds are no faster than those before: the compiler has done its work.
     */
    private static boolean settled(double[] times, int rounds) {
        int before = rounds - SETTLED_ROUNDS;
        return before >= SETTLED_ROUNDS
                && least(times, before, rounds) > 0.9 * least(times, 0, before);
    }

    private static double least(double[] times, int from, int to) {
        return Arrays.stream(times, from, to).min().orElseThrow();
    }

    private static double since(long nanoTime) {
        return (System.nanoTime() - nanoTime) * 1e-9;
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.0f MB", Math.max(1, bytes / 1e6));
    }

    private static String time(double seconds) {
        if (seconds < 1e-3) {
            return String.format(Locale.ROOT, "%.3g µs", seconds * 1e6);
        }
        return seconds < 1
                ? String.format(Locale.ROOT, "%.3g ms", seconds * 1e3)
                : String.format(Locale.ROOT, "%.3g s", seconds);
    }
}
