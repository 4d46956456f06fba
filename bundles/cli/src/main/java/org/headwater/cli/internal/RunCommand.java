package org.headwater.cli.internal;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Reason;
import org.headwater.cli.JobText;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.headwater.runtime.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a problem and waits for its end. */
@Command(
        name = "run",
        description = "Run a problem: draw its posterior, judge it, and write a report.",
        footer = {"", "The last line on stdout is 'results: PATH'."})
final class RunCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "The problem file.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Replace or add a setting of the problem file, e.g. solver.particles=1000; may be"
                            + " repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "The run directory, new or empty; runs/NAME without.")
    private Path output;

    @Option(names = "--seed", paramLabel = "N", description = "The random seed.")
    private Long seed;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description = "Go on with an interrupted run from its last checkpoint.")
    private Path resume;

    RunCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        if ((file == null) == (resume == null)) {
            throw misuse("run needs a problem file, or --resume DIR");
        }
        if (resume != null && (!settings.isEmpty() || output != null || seed != null)) {
            throw misuse("--resume goes on with a run as it is, without --set, --output or --seed");
        }
        ProgressDisplay display = ProgressDisplay.onStderr(err());
        Job job;
        if (resume != null) {
            job = jobs.resume(resume, display);
        } else {
            ProblemFile problem = ProblemFile.read(file, overrides(settings, seed));
            job = jobs.submit(problem, new RunOptions(output, invocation(), display));
        }
        boolean interrupted = await(job, err());
        display.close();
        return conclude(job, interrupted);
    }

    static List<String> overrides(List<String> settings, Long seed) {
        List<String> all = new ArrayList<>(settings);
        if (seed != null) {
            all.add("seed=" + seed);
        }
        return all;
    }

    /** Waits until the job has ended; an interrupt asks it to stop. */
    static boolean await(Job job, PrintWriter err) {
        boolean interrupted = false;
        while (true) {
            try {
                job.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                err.println();
                err.println("stopping at the end of this step; Ctrl-C again to stop at once");
                err.flush();
                job.cancel();
            }
        }
    }

    private int conclude(Job job, boolean interrupted) {
        if (job.status() != Job.Status.DONE) {
            return notDone(job, interrupted, err());
        }
        Verdict verdict = job.verdict().orElseThrow();
        out().println(JobText.verdict(verdict));
        Path report = job.directory().resolve("report.html");
        if (Files.exists(report)) {
            out().println("report:  " + report);
        }
        out().println("results: " + job.directory());
        return verdict.status() == Reason.Status.FAIL ? ExitCode.VERDICT_FAIL : ExitCode.DONE;
    }

    /** Says why a job ended without results, and gives the exit code for it. */
    static int notDone(Job job, boolean interrupted, PrintWriter err) {
        if (job.status() == Job.Status.CANCELLED) {
            err.println("interrupted; go on with: " + JobText.resume(job.directory()));
            return ExitCode.INTERRUPTED;
        }
        IllegalStateException unknown =
                new IllegalStateException("the run ended as " + job.status());
        int code = HeadwaterCommand.report(job.error().orElse(unknown), err);
        return interrupted ? ExitCode.INTERRUPTED : code;
    }

    private String invocation() {
        StringBuilder s =
                new StringBuilder("headwater run ").append(JobText.quoted(file.toString()));
        for (String set : settings) {
            s.append(" --set ").append(JobText.quoted(set));
        }
        if (output != null) {
            s.append(" --output ").append(JobText.quoted(output.toString()));
        }
        if (seed != null) {
            s.append(" --seed ").append(seed);
        }
        return s.toString();
    }
}
