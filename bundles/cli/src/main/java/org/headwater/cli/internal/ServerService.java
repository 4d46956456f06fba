package org.headwater.cli.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.FrameworkStartLevel;

/**
 * Starts the server's bundles and hands over to their service, a {@code ToIntFunction<String[]>}.
 */
final class ServerService {
    /** Start level of the server's bundles, which the launcher installs for the server only. */
    private static final int LEVEL_SERVER = 30;

    private final BundleContext context;

    ServerService(BundleContext context) {
        this.context = context;
    }

    /** Options that name directories. */
    static List<String> directories(Path data, Path conf) {
        List<String> all = new ArrayList<>();
        if (data != null) {
            all.add("--data=" + quoted(data.toAbsolutePath().toString()));
        }
        if (conf != null) {
            all.add("--conf=" + quoted(conf.toAbsolutePath().toString()));
        }
        return all;
    }

    /** A text as YAML has it between quotes. */
    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    int run(String command, List<String> settings)
            throws InterruptedException, InvalidSyntaxException {
        CountDownLatch reached = new CountDownLatch(1);
        context.getBundle(0)
                .adapt(FrameworkStartLevel.class)
                .setStartLevel(LEVEL_SERVER, event -> reached.countDown());
        reached.await();
        Collection<ServiceReference<ToIntFunction>> found =
                context.getServiceReferences(ToIntFunction.class, "(headwater.server=true)");
        if (found.isEmpty()) {
            throw new IllegalStateException("the server did not start");
        }
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(settings);
        return context.getService(found.iterator().next())
                .applyAsInt(arguments.toArray(new String[0]));
    }
}
