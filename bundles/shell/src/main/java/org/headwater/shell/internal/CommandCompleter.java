package org.headwater.shell.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.jline.builtins.Completers.FilesCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes commands, types of plug-ins, ids of jobs, and file names. */
final class CommandCompleter implements Completer {
    private static final String OURS = ShellService.SCOPE + ":";
    private static final Map<String, PluginKind> KINDS =
            Map.of(
                    "priors", PluginKind.PRIOR,
                    "models", PluginKind.MODEL,
                    "noises", PluginKind.NOISE,
                    "solvers", PluginKind.SOLVER,
                    "backends", PluginKind.BACKEND);
    private static final Set<String> OF_JOBS =
            Set.of("show", "watch", "pause", "resume", "swap", "cancel");

    /** Those of them that make no sense once the job has ended. */
    private static final Set<String> OF_RUNNING = Set.of("pause", "resume", "swap", "cancel");

    /** What {@code swap} exchanges. */
    private static final Map<String, PluginKind> SWAPPED =
            Map.of(
                    "prior",
                    PluginKind.PRIOR,
                    "noise",
                    PluginKind.NOISE,
                    "solver",
                    PluginKind.SOLVER,
                    "backend",
                    PluginKind.BACKEND);

    private final CommandSession session;
    private final Jobs jobs;
    private final Plugins plugins;
    private final Completer files;

    CommandCompleter(CommandSession session, Jobs jobs, Plugins plugins) {
        this.session = session;
        this.jobs = jobs;
        this.plugins = plugins;
        this.files = new FilesCompleter(session::currentDir);
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            commands(line.word(), candidates);
            return;
        }
        String command = line.words().get(0);
        if (command.startsWith(OURS)) {
            command = command.substring(OURS.length());
        }
        if (command.equals("help")) {
            commands(line.word(), candidates);
        } else if (KINDS.containsKey(command)) {
            for (Plugins.Plugin p : plugins.list(KINDS.get(command))) {
                candidates.add(
                        candidate(p.provider().info().type(), p.provider().info().summary()));
            }
        } else if (command.equals("swap") && line.wordIndex() == 2) {
            SWAPPED.keySet().forEach(kind -> candidates.add(candidate(kind, null)));
        } else if (command.equals("swap") && line.wordIndex() == 3) {
            PluginKind kind = SWAPPED.get(line.words().get(2));
            for (Plugins.Plugin p : kind == null ? List.<Plugins.Plugin>of() : plugins.list(kind)) {
                candidates.add(candidate(p.type(), p.info().summary()));
            }
        } else if (OF_JOBS.contains(command)) {
            for (Job job : jobs.list()) {
                if (!OF_RUNNING.contains(command) || JobCommands.running(job)) {
                    candidates.add(candidate(job.id(), job.name()));
                }
            }
        } else {
            files.complete(reader, line, candidates);
        }
    }

    /** Ours by their short names; the others once a letter or a scope was typed. */
    private void commands(String word, List<Candidate> candidates) {
        for (String full : Shell.getCommands(session)) {
            String name = full.substring(full.indexOf(':') + 1);
            if (word.contains(":")) {
                candidates.add(new Candidate(full));
            } else if (full.startsWith(OURS)) {
                candidates.add(new Candidate(name));
            } else if (!word.isEmpty()
                    && !name.startsWith("_")
                    && Shell.resolve(session, name).equals(full)) {
                candidates.add(new Candidate(name));
            }
        }
    }

    private static Candidate candidate(String value, String help) {
        return new Candidate(value, value, null, help, null, null, true);
    }
}
