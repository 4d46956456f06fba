package org.headwater.server.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;

/**
 * The index of the jobs' folders in a database. One connection, one statement at a time: the
 * queue's load is a few statements a second. Thread-safe.
 *
 * <p>The schema is what {@code schema/N.sql} with N = 1, 2, … make of an empty database; the table
 * {@code schema_version} says up to where. Each file runs in one transaction where the database has
 * transactions for it.
 */
final class JobTable implements AutoCloseable {
    private static final String COLUMNS =
            "id, name, state, wanted, priority, owner, sweep, submitted, started, finished, tries,"
                    + " verdict, error, memory";

    /** Opens a connection. */
    interface Source {
        /** A new connection. */
        Connection connect() throws SQLException;
    }

    private final Source source;
    private Connection connection;

    /** Connects, and brings the schema to this version's. */
    JobTable(Source source) throws SQLException {
        this.source = source;
        connection = source.connect();
        try {
            migrate();
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void migrate() throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)");
        }
        int version = schemaVersion();
        connection.setAutoCommit(false);
        try {
            for (String sql = script(version + 1); sql != null; sql = script(version + 1)) {
                version++;
                try (Statement s = connection.createStatement()) {
                    for (String part : sql.split(";\\s*\n")) {
                        if (!part.isBlank()) {
                            s.execute(part);
                        }
                    }
                    s.execute("INSERT INTO schema_version (version) VALUES (" + version + ")");
                }
                connection.commit();
            }
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** The version of the schema. */
    int schemaVersion() throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("SELECT MAX(version) FROM schema_version")) {
            r.next();
            return r.getInt(1);
        }
    }

    private static String script(int version) {
        try (InputStream in = JobTable.class.getResourceAsStream("schema/" + version + ".sql")) {
            if (in == null) {
                return null;
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a list shows. */
    record Query(Job.Status state, String sweep, long before, int limit) {}

    /** Work on a connection. */
    private interface Work<T> {
        T with(Connection c) throws SQLException;
    }

    /** Works; once more with a new connection when the database has dropped this one. */
    private synchronized <T> T run(Work<T> work) throws SQLException {
        try {
            return work.with(connection);
        } catch (SQLException e) {
            if (connection.isValid(1)) {
                throw e;
            }
            connection = source.connect();
            return work.with(connection);
        }
    }

    /** Puts a job in, or in the place of what was known of it. */
    void put(JobRecord job) throws SQLException {
        run(
                c -> {
                    c.setAutoCommit(false);
                    try (PreparedStatement delete =
                                    c.prepareStatement("DELETE FROM job WHERE id = ?");
                            PreparedStatement insert =
                                    c.prepareStatement(
                                            "INSERT INTO job ("
                                                    + COLUMNS
                                                    + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
                        delete.setLong(1, job.id());
                        delete.executeUpdate();
                        insert.setLong(1, job.id());
                        insert.setString(2, job.name());
                        insert.setString(3, job.state().name());
                        insert.setString(4, job.wanted().name());
                        insert.setInt(5, job.priority());
                        insert.setString(6, job.owner());
                        insert.setString(7, job.sweep());
                        insert.setString(8, job.submitted().toString());
                        insert.setString(9, text(job.started()));
                        insert.setString(10, text(job.finished()));
                        insert.setInt(11, job.tries());
                        insert.setString(12, job.verdict());
                        insert.setString(13, Json.line(job.error()));
                        insert.setLong(14, job.memory());
                        insert.executeUpdate();
                        c.commit();
                        return null;
                    } catch (SQLException e) {
                        c.rollback();
                        throw e;
                    } finally {
                        c.setAutoCommit(true);
                    }
                });
    }

    private static String text(Instant time) {
        return time == null ? null : time.toString();
    }

    /** Takes a job out; its number is not given again. */
    void remove(long id) throws SQLException {
        run(
                c -> {
                    try (PreparedStatement last =
                                    c.prepareStatement("UPDATE last_id SET id = ? WHERE id < ?");
                            PreparedStatement delete =
                                    c.prepareStatement("DELETE FROM job WHERE id = ?")) {
                        last.setLong(1, id);
                        last.setLong(2, id);
                        last.executeUpdate();
                        delete.setLong(1, id);
                        return delete.executeUpdate();
                    }
                });
    }

    /** The highest number that was ever given. */
    long lastId() throws SQLException {
        return run(
                c -> {
                    try (Statement s = c.createStatement();
                            ResultSet r =
                                    s.executeQuery(
                                            "SELECT MAX(id) FROM (SELECT id FROM job UNION ALL"
                                                    + " SELECT id FROM last_id) AS ids")) {
                        r.next();
                        return r.getLong(1);
                    }
                });
    }

    /** The job of a number. */
    Optional<JobRecord> find(long id) throws SQLException {
        return select("WHERE id = ?", id).stream().findFirst();
    }

    /** The jobs that have not ended, oldest first. */
    List<JobRecord> open() throws SQLException {
        return select("WHERE state IN ('QUEUED', 'RUNNING', 'PAUSED') ORDER BY id");
    }

    /** The numbers of all jobs. */
    List<Long> ids() throws SQLException {
        return run(
                c -> {
                    List<Long> ids = new ArrayList<>();
                    try (Statement s = c.createStatement();
                            ResultSet r = s.executeQuery("SELECT id FROM job")) {
                        while (r.next()) {
                            ids.add(r.getLong(1));
                        }
                    }
                    return ids;
                });
    }

    /** Jobs, newest first. */
    List<JobRecord> list(Query query) throws SQLException {
        List<Object> arguments = new ArrayList<>();
        String where = where(query, arguments) + " AND id < ? ORDER BY id DESC LIMIT ?";
        arguments.add(query.before());
        arguments.add(query.limit());
        return select(where, arguments.toArray());
    }

    /** How many jobs a list has on all its pages. */
    long count(Query query) throws SQLException {
        List<Object> arguments = new ArrayList<>();
        String where = where(query, arguments);
        return run(
                c -> {
                    try (PreparedStatement s =
                            c.prepareStatement("SELECT COUNT(*) FROM job " + where)) {
                        set(s, arguments.toArray());
                        try (ResultSet r = s.executeQuery()) {
                            r.next();
                            return r.getLong(1);
                        }
                    }
                });
    }

    private static String where(Query query, List<Object> arguments) {
        StringBuilder where = new StringBuilder("WHERE 1 = 1");
        if (query.state() != null) {
            where.append(" AND state = ?");
            arguments.add(query.state().name());
        }
        if (query.sweep() != null) {
            where.append(" AND sweep = ?");
            arguments.add(query.sweep());
        }
        return where.toString();
    }

    /** How many jobs there are in each state. */
    Map<Job.Status, Long> counts() throws SQLException {
        return run(
                c -> {
                    Map<Job.Status, Long> counts = new EnumMap<>(Job.Status.class);
                    for (Job.Status state : Job.Status.values()) {
                        counts.put(state, 0L);
                    }
                    try (Statement s = c.createStatement();
                            ResultSet r =
                                    s.executeQuery(
                                            "SELECT state, COUNT(*) FROM job GROUP BY state")) {
                        while (r.next()) {
                            counts.put(Job.Status.valueOf(r.getString(1)), r.getLong(2));
                        }
                    }
                    return counts;
                });
    }

    private List<JobRecord> select(String where, Object... arguments) throws SQLException {
        return run(
                c -> {
                    List<JobRecord> jobs = new ArrayList<>();
                    try (PreparedStatement s =
                            c.prepareStatement("SELECT " + COLUMNS + " FROM job " + where)) {
                        set(s, arguments);
                        try (ResultSet r = s.executeQuery()) {
                            while (r.next()) {
                                jobs.add(record(r));
                            }
                        }
                    }
                    return jobs;
                });
    }

    private static void set(PreparedStatement s, Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            s.setObject(i + 1, arguments[i]);
        }
    }

    private static JobRecord record(ResultSet r) throws SQLException {
        try {
            return new JobRecord(
                    r.getLong(1),
                    r.getString(2),
                    Job.Status.valueOf(r.getString(3)),
                    JobRecord.Wish.valueOf(r.getString(4)),
                    r.getInt(5),
                    r.getString(6),
                    r.getString(7),
                    Instant.parse(r.getString(8)),
                    time(r.getString(9)),
                    time(r.getString(10)),
                    r.getInt(11),
                    r.getLong(14),
                    r.getString(12),
                    Json.object(r.getString(13)));
        } catch (IOException e) {
            throw new SQLException(e);
        }
    }

    private static Instant time(String text) {
        return text == null ? null : Instant.parse(text);
    }

    @Override
    public synchronized void close() throws SQLException {
        connection.close();
    }
}
