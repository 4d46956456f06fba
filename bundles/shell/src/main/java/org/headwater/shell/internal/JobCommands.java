package org.headwater.shell.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.api.InvalidInputException;
import org.headwater.cli.JobText;
import org.headwater.cli.Table;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingReader;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's commands about jobs. */
@Component(service = JobCommands.class)
@GogoCommand(
        scope = ShellService.SCOPE,
        function = {"submit", "jobs", "show", "watch", "pause", "resume", "swap", "cancel"})
public final class JobCommands {
    private static final long REDRAW_MILLIS = 200;
    private static final long PLAIN_MILLIS = 5000;
    private static final String CLEAR = "\r\u001b[K";

    private final Jobs jobs;

    /** Called by the component runtime. */
    @Activate
    public JobCommands(@Reference Jobs jobs) {
        this.jobs = jobs;
    }

    /** Starts a problem. */
    @Descriptor("start a problem, with settings like prior.weight=3 added or replaced")
    public void submit(
            CommandSession session,
            @Descriptor("the problem file, then any settings as key=value") String... arguments) {
        if (arguments.length == 0) {
            throw InvalidInputException.of(
                    "submit", "needs a problem file", null, "e.g. submit problem.yaml");
        }
        Path file = session.currentDir().resolve(arguments[0]).normalize();
        List<String> settings = List.of(arguments).subList(1, arguments.length);
        StringBuilder command =
                new StringBuilder("headwater run ").append(JobText.quoted(file.toString()));
        settings.forEach(s -> command.append(" --set ").append(JobText.quoted(s)));
        Job job =
                jobs.submit(
                        ProblemFile.read(file, settings),
                        new RunOptions(null, command.toString(), Job.Listener.NONE));
        System.out.println("job " + job.id() + ": " + job.name() + " in " + job.directory());
    }

    /** Lists the jobs. */
    @Descriptor("list the jobs of this session")
    public void jobs() {
        if (jobs.list().isEmpty()) {
            System.out.println("no jobs yet; start one with: submit FILE");
            return;
        }
        Table table = new Table();
        table.row("ID", "NAME", "STATUS", "PROGRESS", "DIRECTORY");
        for (Job job : jobs.list()) {
            table.row(
                    job.id(),
                    job.name(),
                    status(job),
                    job.lastStep().map(s -> s.iteration() + "/" + job.iterations()).orElse("-"),
                    job.directory().toString());
        }
        System.out.print(table);
    }

    /** Shows a job. */
    @Descriptor("show a job: where it stands, its verdict, its files")
    public void show(@Descriptor("the job's id") String id) {
        print(find(id), System.out);
    }

    /** Follows a job. */
    @Descriptor("follow a job until it ends; Enter or Ctrl-C leaves it running")
    public void watch(CommandSession session, @Descriptor("the job's id") String id)
            throws IOException, InterruptedException {
        Job job = find(id);
        Terminal terminal = Shell.getTerminal(session);
        if (terminal == null) {
            follow(job, System.out);
        } else if (!follow(job, terminal)) {
            System.out.println(
                    "job " + job.id() + " goes on; watch " + job.id() + " follows again");
            return;
        }
        print(job, System.out);
    }

    /** Pauses a job. */
    @Descriptor("pause a job at the end of its step; resume lets it go on")
    public void pause(@Descriptor("the job's id") String id) {
        Job job = find(id);
        requireRunning(job);
        job.pause();
        System.out.println(
                "job " + job.id() + " pauses at the end of its step; resume " + job.id());
    }

    /** Lets a paused job go on. */
    @Descriptor("let a paused job go on")
    public void resume(@Descriptor("the job's id") String id) {
        Job job = find(id);
        requireRunning(job);
        job.resume();
        System.out.println("job " + job.id() + " goes on");
    }

    /** Exchanges a plug-in of a running job. */
    @Descriptor("exchange the prior, noise, solver or backend of a job while it runs")
    public void swap(
            @Descriptor("the job's id") String id,
            @Descriptor("prior, noise, solver or backend") String kind,
            @Descriptor("the type, then its settings as key=value") String... arguments) {
        Job job = find(id);
        requireRunning(job);
        PluginKind what =
                Arrays.stream(PluginKind.values())
                        .filter(k -> k.key().equals(kind))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        InvalidInputException.of(
                                                "swap",
                                                "exchanges a prior, noise, solver or backend",
                                                "'" + kind + "'",
                                                "e.g. swap 1 prior tv weight=0.3"));
        if (arguments.length == 0) {
            throw InvalidInputException.of(
                    "swap", "needs a type", null, "e.g. swap 1 prior tv weight=0.3");
        }
        job.swap(
                what,
                arguments[0],
                ProblemFile.settings(List.of(arguments).subList(1, arguments.length)));
        System.out.println(
                "job "
                        + job.id()
                        + " takes the "
                        + what.singular()
                        + " "
                        + arguments[0]
                        + " at the end of its step; a new segment begins");
    }

    private static void requireRunning(Job job) {
        if (!running(job)) {
            throw InvalidInputException.of(
                    "job " + job.id(), "must not have ended", status(job), "submit it again");
        }
    }

    /** Stops a job. */
    @Descriptor("stop a job at the end of its step; headwater run --resume goes on with it")
    public void cancel(@Descriptor("the job's id") String id) throws InterruptedException {
        Job job = find(id);
        if (!running(job)) {
            System.out.println("job " + job.id() + " has ended: " + status(job));
            return;
        }
        job.cancel();
        job.await();
        print(job, System.out);
    }

    private Job find(String id) {
        return jobs.find(id)
                .orElseThrow(
                        () ->
                                InvalidInputException.of(
                                        "ID",
                                        "must be the id of a job",
                                        "'" + id + "'",
                                        "jobs lists them"));
    }

    /** Stops jobs with a checkpoint; says of each how to go on with it. */
    static void stop(List<Job> running, Consumer<String> say) {
        running.forEach(Job::cancel);
        try {
            for (Job job : running) {
                job.await();
                if (job.status() == Job.Status.CANCELLED) {
                    say.accept(
                            "job "
                                    + job.id()
                                    + " stopped; go on with: "
                                    + JobText.resume(job.directory()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static boolean running(Job job) {
        return switch (job.status()) {
            case QUEUED, RUNNING, PAUSED -> true;
            default -> false;
        };
    }

    /** A redrawn line; true when the job has ended, false when the user has left it. */
    private static boolean follow(Job job, Terminal terminal) throws IOException {
        NonBlockingReader keys = terminal.reader();
        AtomicBoolean left = new AtomicBoolean();
        // Not an interrupt of this thread, which the reader would keep to itself.
        Terminal.SignalHandler before =
                terminal.handle(Terminal.Signal.INT, signal -> left.set(true));
        // Raw, so that a read ends without a whole line and keys are not echoed.
        Attributes cooked = terminal.enterRawMode();
        try {
            while (running(job) && !left.get()) {
                terminal.writer().print(CLEAR + progress(job));
                terminal.flush();
                if (keys.read(REDRAW_MILLIS) != NonBlockingReader.READ_EXPIRED) {
                    left.set(true);
                }
            }
        } finally {
            terminal.setAttributes(cooked);
            terminal.handle(Terminal.Signal.INT, before);
            terminal.writer().print(CLEAR);
            terminal.flush();
        }
        return !left.get();
    }

    /** A line every few seconds, until the job has ended. */
    private static void follow(Job job, PrintStream out) throws InterruptedException {
        String last = "";
        long next = 0;
        while (running(job)) {
            long now = System.currentTimeMillis();
            String line = progress(job);
            if (now >= next && !line.equals(last)) {
                out.println(line);
                last = line;
                next = now + PLAIN_MILLIS;
            }
            Thread.sleep(REDRAW_MILLIS);
        }
        job.await();
    }

    private static String progress(Job job) {
        return "job " + job.id() + " " + JobText.progress(job);
    }

    private static String status(Job job) {
        return job.verdict()
                .map(v -> job.status() + " " + v.status())
                .orElse(job.status().toString());
    }

    private static void print(Job job, PrintStream out) {
        Table table = new Table();
        table.row("job", job.id());
        table.row("name", job.name());
        table.row("status", job.status().toString());
        if (running(job)) {
            table.row("phase", job.phase());
        }
        if (job.segment() > 1) {
            table.row("segment", Integer.toString(job.segment()));
        }
        job.lastStep().ifPresent(s -> table.row("step", JobText.step(s, job.iterations())));
        job.error().ifPresent(e -> table.row("error", message(e)));
        table.row("directory", job.directory().toString());
        Path report = job.directory().resolve("report.html");
        if (Files.exists(report)) {
            table.row("report", report.toString());
        }
        if (job.status() == Job.Status.CANCELLED) {
            table.row("go on with", JobText.resume(job.directory()));
        }
        out.print(table);
        job.verdict().ifPresent(v -> out.println(JobText.verdict(v)));
    }

    private static String message(Throwable e) {
        return e instanceof InvalidInputException ? e.getMessage() : e.toString();
    }
}
