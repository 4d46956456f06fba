package org.headwater.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.headwater.cli.JobText;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Reproduction;
import org.headwater.runtime.Reproduction.Agreement;
import org.headwater.runtime.RunOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does a run again and compares. */
@Command(
        name = "reproduce",
        description =
                "Do a finished run again, with the same seed, and compare the results: the same"
                        + " machine and versions give the same bytes, others the same numbers within"
                        + " stated tolerances.",
        footer = {
            "",
            "Exit code 0 if the results agree, 3 if they do not; 2 if the run cannot be done again."
        })
final class ReproduceCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(index = "0", paramLabel = "RUN_DIR", description = "The run directory.")
    private Path run;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "Keep the repetition here, new or empty; without, it is made beside RUN_DIR and"
                            + " kept only if it differs.")
    private Path output;

    ReproduceCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() throws IOException {
        ProblemFile problem = Reproduction.problem(run);
        Path again = output == null ? beside() : output;
        ProgressDisplay display = ProgressDisplay.onStderr(err());
        String command = "headwater reproduce " + JobText.quoted(run.toString());
        Job job = jobs.submit(problem, new RunOptions(again, command, display));
        boolean interrupted = RunCommand.await(job, err());
        display.close();
        if (job.status() != Job.Status.DONE) {
            return RunCommand.notDone(job, interrupted, err());
        }
        Reproduction result = Reproduction.of(run, again);
        result.files().forEach(out()::println);
        result.changes().forEach(change -> out().println("changed: " + change));
        out().println(
                        switch (result.agreement()) {
                            case SAME -> "reproduced: the same bytes";
                            case WITHIN_TOLERANCE ->
                                    "reproduced: the same numbers within the tolerances";
                            case DIFFERENT -> "not reproduced";
                        });
        if (output == null && result.agreement() == Agreement.SAME) {
            delete(again);
        } else {
            out().println("results: " + again);
        }
        return result.agreement() == Agreement.DIFFERENT ? ExitCode.VERDICT_FAIL : ExitCode.DONE;
    }

    /** The first of NAME-again, NAME-again-2 … that is free. */
    private Path beside() {
        Path whole = run.toAbsolutePath().normalize();
        String name = whole.getFileName() + "-again";
        Path free = whole.resolveSibling(name);
        for (int i = 2; Files.exists(free); i++) {
            free = whole.resolveSibling(name + "-" + i);
        }
        return free;
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }
}
