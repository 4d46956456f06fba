package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;
import org.headwater.runtime.RunResult.Score;
import org.headwater.runtime.Verdict;

/**
 * What a segment of a run has come to.
 *
 * @param posterior its draws, or a selection of them
 * @param draws all of them
 * @param summary one row per parameter
 * @param prediction what the draws say of the data
 * @param reasons what is doubtful
 */
record Outcome(
        Posterior posterior,
        Draws draws,
        List<ParameterSummary> summary,
        Prediction prediction,
        List<Reason> reasons) {
    /** Numbers of draws held in memory at most: 64 MiB. */
    private static final int NUMBERS = 1 << 23;

    private static final String SCORE = "score";
    private static final String ITERATIONS = "iterations";
    private static final List<PluginKind> SHOWN =
            List.of(PluginKind.PRIOR, PluginKind.NOISE, PluginKind.SOLVER, PluginKind.BACKEND);

    /**
     * Judges a posterior.
     *
     * @param steps the steps that led to it
     * @param before reasons that are known already
     */
    static Outcome of(
            AssembledProblem problem,
            Posterior posterior,
            Draws draws,
            List<StepInfo> steps,
            List<Reason> before,
            RandomStream random) {
        List<ParameterSummary> summary =
                Summary.of(
                        draws,
                        posterior.particles(),
                        problem.model().blocks(),
                        problem.plan().results().thresholds());
        Prediction prediction =
                Prediction.of(
                        problem.target(),
                        problem.noise(),
                        problem::noiseOf,
                        posterior.draws(),
                        random);
        List<Reason> reasons = new ArrayList<>(before);
        reasons.addAll(posterior.reasons());
        problem.backend().reason().ifPresent(reasons::add);
        double beta = problem.problem().beta();
        if (beta != 1) {
            reasons.add(
                    new Reason(
                            Reason.Status.WARN,
                            "tempered",
                            "the draws are of a tempered posterior, not of the posterior itself",
                            beta,
                            1,
                            "set beta: 1"));
        }
        int failed = steps.stream().mapToInt(StepInfo::failed).sum();
        if (failed > 0) {
            reasons.add(
                    new Reason(
                            Reason.Status.WARN,
                            FailureRule.CODE,
                            "the forward model failed "
                                    + failed
                                    + " times; the particles concerned were frozen for those steps",
                            failed,
                            0,
                            "see log.jsonl for the cause"));
        }
        DataChecks.judge(problem, posterior, prediction, reasons);
        SpreadCheck.judge(problem, posterior, summary, reasons);
        ModeSearch.judge(problem, posterior, random.split(-1), reasons);
        return new Outcome(posterior, draws, summary, prediction, reasons);
    }

    /** The verdict that the reasons amount to. */
    Verdict verdict() {
        return Verdict.of(reasons);
    }

    /** Writes posterior.npy, summary.csv and verdict.json. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        SafeFiles.write(directory.resolve("posterior.npy"), out -> NpyFile.write(out, draws));
        SafeFiles.write(directory.resolve("summary.csv"), Summary.csv(summary));
        SafeFiles.write(directory.resolve("verdict.json"), Json.pretty(json(verdict())));
    }

    /** The content of verdict.json. */
    static Map<String, Object> json(Verdict verdict) {
        List<Object> list = new ArrayList<>();
        for (Reason r : verdict.reasons()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("status", r.status().name());
            entry.put("code", r.code());
            entry.put("message", r.message());
            entry.put("value", r.value());
            entry.put("limit", r.limit());
            entry.put("remedy", r.remedy());
            list.add(entry);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("status", verdict.status().name());
        out.put("reasons", list);
        return out;
    }

    /** What the manifest notes of the segment. */
    Map<String, Object> entry(ProblemPlan plan, int from, int iterations) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put(Segments.FROM, from);
        entry.put(ITERATIONS, iterations);
        SHOWN.forEach(kind -> entry.put(kind.key(), plan.content().get(kind.key())));
        entry.put("verdict", verdict().status().name());
        Score s = prediction.score();
        Map<String, Object> score = new LinkedHashMap<>();
        score.put("misfit", s.misfit());
        score.put("crps", s.crps());
        score.put("coverage-90", s.coverage());
        score.put("dic", s.dic());
        score.put("effective-parameters", s.effectiveParameters());
        entry.put(SCORE, score);
        return entry;
    }

    /** The last segment of a run, for reporters. */
    RunResult.Segment segment(int number, Map<String, Object> entry) {
        return segment(number, entry, posterior.draws(), summary);
    }

    /** An earlier segment, from what the manifest noted of it and its draws. */
    static RunResult.Segment read(
            int number, Map<String, Object> entry, Path directory, List<ParameterBlock> blocks)
            throws IOException {
        DrawStore draws = DrawStore.open(directory.resolve(DrawStore.NAME), blocks);
        return segment(
                number,
                entry,
                draws.thinned(most(draws)),
                Summary.of(draws, true, blocks, List.of()));
    }

    /** How many draws are held in memory at most. */
    static int most(Draws draws) {
        return Math.max(draws.chains(), NUMBERS / Math.max(1, draws.dimension()));
    }

    private static RunResult.Segment segment(
            int number, Map<String, Object> entry, Ensemble draws, List<ParameterSummary> summary) {
        Map<String, Object> sections = new LinkedHashMap<>();
        SHOWN.forEach(kind -> sections.put(kind.key(), entry.get(kind.key())));
        Map<?, ?> score = (Map<?, ?>) entry.get(SCORE);
        return new RunResult.Segment(
                number,
                (int) number(entry, Segments.FROM),
                (int) number(entry, ITERATIONS),
                sections,
                new Score(
                        number(score, "misfit"),
                        number(score, "crps"),
                        number(score, "coverage-90"),
                        number(score, "dic"),
                        number(score, "effective-parameters")),
                draws,
                summary);
    }

    private static double number(Map<?, ?> entry, String key) {
        return entry.get(key) instanceof Number n ? n.doubleValue() : Double.NaN;
    }
}
