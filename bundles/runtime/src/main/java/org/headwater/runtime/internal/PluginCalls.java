package org.headwater.runtime.internal;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Plugins.Plugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls to plug-ins that may throw what they should not, return nothing, or never return. */
final class PluginCalls {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCalls.class);
    private static final String REMEDY =
            "this is a fault of the plug-in: its author will want the log; another version or another"
                    + " plug-in may do";

    private PluginCalls() {}

    /**
     * Has a plug-in create something, on a thread of its own that is given up after a time.
     *
     * @throws InvalidInputException what the plug-in threw; or one that names the plug-in, if it
     *     threw anything else, returned null, or did not return
     */
    static <T> T create(Plugin plugin, long seconds, Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task, "headwater-create-" + plugin.type());
        thread.setDaemon(true);
        thread.start();
        try {
            T made = task.get(seconds, TimeUnit.SECONDS);
            if (made == null) {
                throw fault(plugin, "it returned null");
            }
            return made;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidInputException invalid) {
                throw invalid;
            }
            if (e.getCause() instanceof OutOfMemoryError memory) {
                throw memory;
            }
            LOG.error("{} failed to create an instance", plugin.identity(), e.getCause());
            throw fault(plugin, "it threw " + PluginDoctor.rootCause(e));
        } catch (TimeoutException e) {
            task.cancel(true);
            StackTraceElement[] stack = thread.getStackTrace();
            LOG.error(
                    "{} hangs at {}",
                    plugin.identity(),
                    stack.length == 0 ? "an unknown place" : stack[0]);
            throw fault(plugin, "it gave no answer within " + seconds + " s");
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw fault(plugin, "the wait for it was interrupted");
        }
    }

    /** The error of a plug-in that does not keep its contract. */
    static InvalidInputException fault(Plugin plugin, String what) {
        return InvalidInputException.of(
                PluginRegistry.typeKey(plugin.kind()),
                "names the "
                        + plugin.kind().singular()
                        + " "
                        + plugin.type()
                        + " (bundle "
                        + plugin.bundle()
                        + " "
                        + plugin.version()
                        + "), which failed: "
                        + what,
                null,
                REMEDY);
    }

    /** The plug-in whose code an error comes from, as far as its stack tells. */
    static Optional<Plugin> culprit(Throwable error, List<Plugin> plugins) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            for (StackTraceElement frame : t.getStackTrace()) {
                for (Plugin p : plugins) {
                    String home = p.provider().getClass().getPackageName();
                    if (frame.getClassName().startsWith(home + ".")) {
                        return Optional.of(p);
                    }
                }
            }
        }
        return Optional.empty();
    }
}
