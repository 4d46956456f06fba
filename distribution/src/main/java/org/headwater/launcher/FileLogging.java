package org.headwater.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.TimeBasedRollingPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.nio.charset.StandardCharsets;

/**
 * Logs to the file that the system property {@code headwater.log} names, from several processes at
 * once, and never to the terminal; nowhere if the property is empty. A {@code conf/logback.xml} of
 * the installation takes its place; none is shipped, because reading one takes a third of the time
 * that the platform starts in.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class FileLogging extends ContextAwareBase implements Configurator {
    /** System property: the log's file; empty for none. */
    static final String FILE = "headwater.log";

    /** System property: whether the process lives for days and needs a new file for each. */
    static final String DAILY = "headwater.log.daily";

    private static final int DAYS_KEPT = 30;

    /** Names its files as the launcher does, which removes those of other processes. */
    private static FileAppender<ILoggingEvent> daily(LoggerContext context, String file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        TimeBasedRollingPolicy<ILoggingEvent> policy = new TimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(appender);
        policy.setFileNamePattern(
                file.replaceAll("\\d{4}-\\d{2}-\\d{2}(?=\\.log$)", "%d{yyyy-MM-dd}"));
        policy.setMaxHistory(DAYS_KEPT);
        policy.start();
        appender.setRollingPolicy(policy);
        return appender;
    }

    /** Where a user finds more about an error. */
    static String details() {
        String file = System.getProperty(FILE, "");
        return file.isEmpty() ? "no log is kept" : "details in " + file;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        String file = System.getProperty(FILE);
        if (file == null || System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        // Logback would print its own troubles to stdout, which belongs to the command.
        context.getStatusManager().add(new NopStatusListener());
        ch.qos.logback.classic.Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (file.isEmpty()) {
            root.setLevel(Level.OFF);
            return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern("%d{ISO8601} %-5level [%thread] %logger{36} %msg%n");
        encoder.start();
        FileAppender<ILoggingEvent> appender =
                Boolean.getBoolean(DAILY) ? daily(context, file) : new FileAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        if (!Boolean.getBoolean(DAILY)) {
            appender.setFile(file);
        }
        appender.setPrudent(true);
        appender.start();
        root.setLevel(Level.INFO);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
