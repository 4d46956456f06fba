package org.headwater.shell.internal;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.ParsedLineImpl;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Plugins;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/** Reads commands from a terminal and runs them, until the user leaves. */
class Dialogue {
    private static final String PROMPT = "headwater> ";

    private final CommandProcessor processor;
    private final Jobs jobs;
    private final Plugins plugins;
    private final Terminal terminal;

    private volatile boolean reading;
    private volatile boolean abandoned;

    Dialogue(CommandProcessor processor, Jobs jobs, Plugins plugins, Terminal terminal) {
        this.processor = processor;
        this.jobs = jobs;
        this.plugins = plugins;
        this.terminal = terminal;
    }

    /**
     * Talks until the user leaves.
     *
     * @param directory what relative paths start from
     */
    void run(Path directory) {
        try (CommandSession session =
                processor.createSession(
                        unclosable(terminal.input()),
                        unclosable(terminal.output()),
                        unclosable(terminal.output()))) {
            ShellService.prepare(session, directory);
            session.put(Shell.VAR_TERMINAL, terminal);
            LineReader reader =
                    LineReaderBuilder.builder()
                            .appName("headwater")
                            .terminal(terminal)
                            .parser(new Parser())
                            .highlighter(new Highlighter(session))
                            .completer(new CommandCompleter(session, jobs, plugins))
                            .variable(LineReader.HISTORY_FILE, history())
                            .variable(LineReader.ERRORS, 0)
                            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                            .option(LineReader.Option.AUTO_FRESH_LINE, true)
                            .build();
            session.put(Shell.VAR_READER, reader);
            terminal.handle(
                    Terminal.Signal.INT,
                    signal -> {
                        org.apache.felix.service.command.Job current = session.foregroundJob();
                        if (current != null) {
                            current.interrupt();
                        }
                    });
            say(greeting());
            while (!abandoned) {
                if (!readAndExecute(reader, session) && !abandoned && mayLeave(reader)) {
                    return;
                }
            }
        }
    }

    /** What the user reads first. */
    String greeting() {
        return "Headwater shell: submit FILE starts a problem, watch ID follows it; help lists all.";
    }

    /**
     * Ends it without questions, at once at the prompt, otherwise after the command; any thread.
     */
    final void abandon() {
        abandoned = true;
        if (reading) {
            terminal.raise(Terminal.Signal.INT);
        }
    }

    /** Runs one line; false when the user wants to leave. */
    private boolean readAndExecute(LineReader reader, CommandSession session) {
        session.put(ShellService.LEAVE, false);
        try {
            reading = true;
            reader.readLine(PROMPT);
            reading = false;
            ParsedLine line = reader.getParsedLine();
            if (line == null) {
                return false;
            }
            Object result = session.execute(((ParsedLineImpl) line).program());
            if (result != null) {
                say(session.format(result, Converter.INSPECT).toString());
            }
        } catch (UserInterruptException e) {
            return true;
        } catch (InterruptedException e) {
            // Ctrl-C ends the command, not the shell.
            say("interrupted");
        } catch (EndOfFileException e) {
            return false;
        } catch (Exception e) {
            Thread.interrupted();
            say("error: " + ShellService.message(e));
        } finally {
            reading = false;
        }
        return !Boolean.TRUE.equals(session.get(ShellService.LEAVE));
    }

    /** Asks when jobs are running, and stops them with a checkpoint. */
    boolean mayLeave(LineReader reader) {
        List<Job> running = jobs.list().stream().filter(JobCommands::running).toList();
        if (running.isEmpty()) {
            return true;
        }
        String question =
                (running.size() == 1 ? "a job is" : running.size() + " jobs are")
                        + " running; stop with a checkpoint and leave? [y/N] ";
        try {
            if (!reader.readLine(question)
                    .strip()
                    .toLowerCase(java.util.Locale.ROOT)
                    .startsWith("y")) {
                return false;
            }
        } catch (UserInterruptException | EndOfFileException e) {
            return false;
        }
        JobCommands.stop(running, this::say);
        return true;
    }

    private void say(String line) {
        terminal.writer().println(line);
        terminal.flush();
    }

    private static Path history() {
        String xdg = System.getenv("XDG_STATE_HOME");
        Path state =
                xdg != null && Path.of(xdg).isAbsolute()
                        ? Path.of(xdg)
                        : Path.of(System.getProperty("user.home"), ".local", "state");
        return state.resolve("headwater").resolve("history");
    }

    private static InputStream unclosable(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public void close() {
                // The terminal outlives the session.
            }
        };
    }

    private static OutputStream unclosable(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] b, int offset, int length) throws IOException {
                out.write(b, offset, length);
            }

            @Override
            public void close() throws IOException {
                flush();
            }
        };
    }
}
