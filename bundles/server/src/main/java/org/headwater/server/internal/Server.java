package org.headwater.server.internal;

import jakarta.servlet.Servlet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.h2.jdbcx.JdbcDataSource;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Settings;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.Plugins;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.context.ServletContextHelper;
import org.osgi.service.servlet.runtime.HttpServiceRuntime;
import org.osgi.service.servlet.whiteboard.HttpWhiteboardConstants;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands {@code server} and {@code reindex}: the first argument is the command, the others
 * are settings over those of {@code conf/server.yaml}: {@code key=value} from {@code --set}, or
 * {@code --key=value} from an option of their own.
 *
 * <p>The bundles of the HTTP service start when the queue is open and the servlets are registered,
 * so that whoever gets an answer gets a true one.
 */
@Component(service = ToIntFunction.class, property = "headwater.server=true")
public final class Server implements ToIntFunction<String[]> {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** Start level of the HTTP service. */
    private static final int LEVEL_HTTP = 40;

    /** How long runs may take to their next safe point when the server stops. */
    private static final Duration LAST_STEP = Duration.ofSeconds(8);

    /** Whoever looks for jobs in a server finds the queue's before the runtime's. */
    private static final int QUEUE_RANKING = 100;

    private static final int MOST_WATCHERS = 1000;
    private static final int DONE = 0;

    private final BundleContext context;
    private final Jobs runtime;
    private final Plugins plugins;
    private final PluginLibrary library;

    /** Called by the component runtime. */
    @Activate
    public Server(
            BundleContext context,
            @Reference Jobs runtime,
            @Reference Plugins plugins,
            @Reference PluginLibrary library) {
        this.context = context;
        this.runtime = runtime;
        this.plugins = plugins;
        this.library = library;
    }

    @Override
    public int applyAsInt(String[] args) {
        ServerSettings settings =
                ServerSettings.read(
                        Path.of(context.getProperty("headwater.home")),
                        List.of(args).subList(1, args.length));
        boolean reindex = args[0].equals("reindex");
        if (reindex) {
            JobFolders.requireJobs(settings.data());
        }
        try (JobFolders folders = JobFolders.open(settings.data())) {
            return reindex ? reindex(settings, folders) : serve(settings, folders);
        } catch (IOException e) {
            throw new IllegalStateException("the data directory: " + e.getMessage(), e);
        }
    }

    private static JobTable.Source database(ServerSettings settings) {
        Optional<Settings> other = settings.database();
        if (other.isPresent()) {
            PGSimpleDataSource postgres = new PGSimpleDataSource();
            try {
                postgres.setURL(other.get().text("url"));
            } catch (IllegalArgumentException e) {
                throw InvalidInputException.of(
                        "database.url",
                        "must be an address of PostgreSQL",
                        other.get().text("url"),
                        "e.g. jdbc:postgresql://localhost/headwater");
            }
            postgres.setUser(other.get().text("user"));
            postgres.setPassword(ServerSettings.password(other.get()));
            return postgres::getConnection;
        }
        JdbcDataSource h2 = new JdbcDataSource();
        // the process closes it when it stops: H2's own hook would do so too early
        h2.setURL(
                "jdbc:h2:file:"
                        + embedded(settings).resolve("headwater")
                        + ";DB_CLOSE_ON_EXIT=FALSE");
        h2.setUser("headwater");
        return h2::getConnection;
    }

    private static Path embedded(ServerSettings settings) {
        return settings.data().resolve("db");
    }

    private static JobTable table(ServerSettings settings) {
        JobTable.Source source = database(settings);
        try {
            return new JobTable(source);
        } catch (SQLException e) {
            LOG.error("the database cannot be opened", e);
            if (settings.database().isPresent()) {
                throw InvalidInputException.of(
                        "database",
                        "cannot be used: " + oneLine(e),
                        settings.database().get().text("url"),
                        "check that it runs, its address, user and password");
            }
            throw InvalidInputException.of(
                    "data",
                    "has a database that cannot be opened: " + oneLine(e),
                    embedded(settings),
                    "run 'headwater reindex', which makes it anew from the jobs' folders");
        }
    }

    private static String oneLine(SQLException e) {
        String text = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        return text.length() > 200 ? text.substring(0, 200) + "…" : text;
    }

    private int reindex(ServerSettings settings, JobFolders folders) throws IOException {
        if (settings.database().isEmpty() && Files.exists(embedded(settings))) {
            String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
            Files.move(embedded(settings), embedded(settings).resolveSibling("db-until-" + now));
        }
        try (JobTable table = table(settings)) {
            for (long id : table.ids()) {
                table.remove(id);
            }
            JobQueue queue = new JobQueue(folders, table, runtime, Limits.NONE);
            int jobs = table.ids().size();
            System.out.println(jobs + " jobs found in " + folders.root().resolve("jobs"));
            int damaged = folders.ids().size() - jobs;
            if (damaged > 0) {
                System.out.println(damaged + " folders are damaged; the log names them");
            }
            queue.stop(Duration.ZERO);
            return DONE;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DONE;
        }
    }

    private int serve(ServerSettings settings, JobFolders folders) throws IOException {
        Access access =
                new Access(settings.conf(), settings.values().integer("requests-per-second"));
        Optional<Path> token = access.begin();
        List<ServiceRegistration<?>> registrations = new ArrayList<>();
        try (JobTable table = table(settings)) {
            JobQueue queue =
                    new JobQueue(
                            folders,
                            table,
                            runtime,
                            new Limits(
                                    settings.jobs(),
                                    settings.memory(),
                                    settings.values().integer("tries")));
            try (Events events = new Events(queue, MOST_WATCHERS)) {
                Metrics metrics = new Metrics(queue, events);
                Health health = new Health(queue, plugins, library);
                Submissions submissions = new Submissions(queue, runtime, settings);
                ServiceListener pluginEvents =
                        event -> {
                            metrics.pluginEvent();
                            if (event.getType() == ServiceEvent.REGISTERED) {
                                queue.pluginCame();
                            }
                        };
                context.addServiceListener(pluginEvents, providers());
                // stays until the HTTP service has gone
                context.registerService(ConnectorFactory.class, new JettyProblems(), null);
                registrations.add(door(access, settings));
                registrations.add(
                        servlet(
                                new ApiServlet(
                                        submissions,
                                        new JobsApi(queue, submissions, events, settings),
                                        new AccessApi(access, settings),
                                        new PluginsApi(plugins, library, folders, settings),
                                        plugins,
                                        metrics,
                                        health),
                                settings));
                registrations.add(
                        context.registerService(
                                Jobs.class,
                                new QueueJobs(queue, runtime),
                                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, QUEUE_RANKING))));
                String address = open(settings);
                queue.start();
                token.ifPresent(file -> say("admin's token: " + file));
                say("serving " + address + "  data: " + folders.root());
                waitForStop();
                say("stopping: running jobs finish their step");
                registrations.forEach(ServiceRegistration::unregister);
                context.removeServiceListener(pluginEvents);
                if (!queue.stop(LAST_STEP)) {
                    abandon();
                }
            }
            return DONE;
        } catch (SQLException | InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DONE;
        }
    }

    /** Ends the process at once: a step takes too long, and the last checkpoint stands. */
    private static void abandon() {
        LOG.warn("a step takes longer than {} s and is abandoned", LAST_STEP.toSeconds());
        say("a step takes too long and is abandoned; its job goes on from its last checkpoint");
        Runtime.getRuntime().halt(DONE);
    }

    private static void say(String line) {
        LOG.info(line);
        PrintStream out = System.out;
        out.println(line);
        out.flush();
    }

    private static void waitForStop() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            LOG.info("asked to stop");
        }
    }

    private static String providers() {
        StringBuilder filter = new StringBuilder("(|");
        for (PluginKind kind : PluginKind.values()) {
            filter.append("(objectClass=").append(kind.service().getName()).append(')');
        }
        return filter.append(')').toString();
    }

    private ServiceRegistration<?> door(Access access, ServerSettings settings) {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_NAME, Door.NAME);
        properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_PATH, "/");
        return context.registerService(
                ServletContextHelper.class,
                new Door(
                        access,
                        settings.tls().isPresent(),
                        settings.values().integer("upload-limit")),
                properties);
    }

    private ServiceRegistration<?> servlet(ApiServlet servlet, ServerSettings settings) {
        int limit = settings.values().integer("upload-limit");
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_SELECT,
                "(" + HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_NAME + "=" + Door.NAME + ")");
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_PATTERN,
                new String[] {"/api/*", "/health", "/metrics"});
        properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_ASYNC_SUPPORTED, true);
        properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_MULTIPART_ENABLED, true);
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_MULTIPART_LOCATION,
                settings.data().resolve("incoming").toString());
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_MULTIPART_FILESIZETHRESHOLD,
                1_000_000);
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_MULTIPART_MAXFILESIZE,
                (long) limit);
        properties.put(
                HttpWhiteboardConstants.HTTP_WHITEBOARD_SERVLET_MULTIPART_MAXREQUESTSIZE,
                (long) limit);
        return context.registerService(Servlet.class, servlet, properties);
    }

    /** Starts the HTTP service; returns its address. */
    private String open(ServerSettings settings)
            throws InterruptedException, InvalidSyntaxException {
        int port = settings.values().integer(ServerSettings.PORT);
        String host = settings.values().text(ServerSettings.HOST);
        Map<String, String> properties = new Hashtable<>();
        properties.put("org.apache.felix.http.host", host);
        properties.put("org.osgi.service.http.port", Integer.toString(port));
        properties.put(
                "org.apache.felix.http.timeout",
                Integer.toString(1000 * settings.values().integer("request-timeout")));
        properties.put("org.apache.felix.http.mbeans", "false");
        settings.tls()
                .ifPresent(
                        tls -> {
                            properties.put("org.apache.felix.http.enable", "false");
                            properties.put("org.apache.felix.https.enable", "true");
                            properties.put(
                                    "org.osgi.service.http.port.secure", Integer.toString(port));
                            properties.put(
                                    "org.apache.felix.https.keystore",
                                    tls.file("keystore").toAbsolutePath().toString());
                            properties.put(
                                    "org.apache.felix.https.keystore.password",
                                    ServerSettings.password(tls));
                        });
        // the HTTP service reads its settings from there when it starts
        properties.forEach(System::setProperty);
        CountDownLatch reached = new CountDownLatch(1);
        context.getBundle(0)
                .adapt(FrameworkStartLevel.class)
                .setStartLevel(LEVEL_HTTP, event -> reached.countDown());
        if (!reached.await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the HTTP service does not start");
        }
        Collection<ServiceReference<HttpServiceRuntime>> services =
                context.getServiceReferences(HttpServiceRuntime.class, null);
        for (ServiceReference<HttpServiceRuntime> service : services) {
            Object endpoints = service.getProperty("osgi.http.endpoint");
            if (endpoints instanceof String[] all && all.length > 0) {
                // of a machine's addresses one that browsers take: no zone as in [fe80::1%eth0]
                return Stream.of(all).filter(a -> !a.contains("%")).findFirst().orElse(all[0]);
            }
        }
        throw InvalidInputException.of(
                ServerSettings.PORT,
                "cannot be listened on",
                host + ":" + port,
                "choose another with --port, or stop what uses it");
    }
}
