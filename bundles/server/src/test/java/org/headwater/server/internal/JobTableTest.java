package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.h2.jdbcx.JdbcDataSource;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table on both databases that are supported. */
class JobTableTest {
    private static final JobTable.Query ALL = new JobTable.Query(null, null, Long.MAX_VALUE, 100);

    @TempDir private Path folder;

    private JobTable.Source embedded() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:file:" + folder.resolve("jobs") + ";DB_CLOSE_ON_EXIT=FALSE");
        source.setUser("headwater");
        return source::getConnection;
    }

    private static JobRecord job(long id, int priority, String sweep) {
        return JobRecord.accepted(id, "näme " + id, priority, "ada", sweep);
    }

    @Test
    void embeddedDatabaseKeepsJobs() throws Exception {
        keepsJobs(embedded());
    }

    @Test
    void postgresKeepsJobsAndMayBeRestarted() throws Exception {
        Optional<PostgresServer> installed = PostgresServer.start();
        assumeTrue(installed.isPresent(), "the Debian package postgresql is not installed");
        try (PostgresServer server = installed.get()) {
            keepsJobs(server.source());
            try (Connection c = server.source().connect();
                    Statement s = c.createStatement()) {
                s.execute("DROP TABLE job, last_id, schema_version");
            }
            migrates(server.source());
            try (JobTable table = new JobTable(server.source())) {
                server.restart();
                assertEquals(1, table.count(ALL));
                table.put(job(9, 0, ""));
                assertEquals(9, table.lastId());
            }
        }
    }

    private static void keepsJobs(JobTable.Source source) throws SQLException {
        JobRecord failed =
                job(2, 7, "grid")
                        .tried()
                        .ended(Job.Status.FAILED, "", Map.of("key", "prior.weight", "n", 1L));
        try (JobTable table = new JobTable(source)) {
            table.put(job(1, 0, ""));
            table.put(job(2, 0, ""));
            table.put(failed);
            table.put(job(3, -2, "grid"));
        }
        // opened again: the schema is there already
        try (JobTable table = new JobTable(source)) {
            assertEquals(failed, table.find(2).orElseThrow());
            assertEquals(List.of(3L, 2L, 1L), ids(table, ALL));
            assertEquals(List.of(3L, 1L), ids(table, query(Job.Status.QUEUED, null, 100, 10)));
            assertEquals(List.of(1L), ids(table, query(Job.Status.QUEUED, null, 3, 10)));
            assertEquals(List.of(3L, 2L), ids(table, query(null, "grid", 100, 10)));
            assertEquals(List.of(3L), ids(table, query(null, null, 100, 1)));
            assertEquals(3, table.count(ALL));
            assertEquals(2, table.counts().get(Job.Status.QUEUED));
            assertEquals(List.of(1L, 3L), table.open().stream().map(JobRecord::id).toList());
            table.remove(3);
            assertTrue(table.find(3).isEmpty());
            assertEquals(3, table.lastId(), "a number is not given twice");
        }
    }

    private static JobTable.Query query(Job.Status state, String sweep, long before, int limit) {
        return new JobTable.Query(state, sweep, before, limit);
    }

    private static List<Long> ids(JobTable table, JobTable.Query query) throws SQLException {
        return table.list(query).stream().map(JobRecord::id).toList();
    }

    /** A database of version 0.1.0, with jobs in it, is brought on and keeps them. */
    @Test
    void schemaIsMigratedFromTheFirstVersionOn() throws Exception {
        migrates(embedded());
    }

    /** Makes the first version's tables as that version did, and puts a job in as it did. */
    private static void migrates(JobTable.Source source) throws Exception {
        String first;
        try (InputStream in = JobTable.class.getResourceAsStream("schema/1.sql")) {
            first = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        try (Connection c = source.connect();
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)");
            for (String part : first.split(";\\s*\n")) {
                s.execute(part);
            }
            s.execute("INSERT INTO schema_version (version) VALUES (1)");
            s.execute(
                    "INSERT INTO job (id, name, state, wanted, priority, owner, sweep, submitted,"
                            + " started, finished, tries, verdict, error) VALUES (7, 'old', 'DONE',"
                            + " 'RUN', 3, 'ada', '', '2026-01-02T03:04:05Z',"
                            + " '2026-01-02T03:04:06Z', '2026-01-02T03:05:00Z', 1, 'PASS', '{}')");
        }
        try (JobTable table = new JobTable(source)) {
            assertEquals(2, table.schemaVersion());
            JobRecord old = table.find(7).orElseThrow();
            assertEquals(List.of("old", "PASS"), List.of(old.name(), old.verdict()));
            assertEquals(List.of(3L, 0L), List.of((long) old.priority(), old.memory()));
            assertEquals(7, table.lastId());
            table.put(old.taking(5));
            assertEquals(5, table.find(7).orElseThrow().memory());
        }
    }

    /** An entry of version 0.1.0 says nothing of memory. */
    @Test
    void entryOfTheFirstVersionIsRead() throws Exception {
        Map<String, Object> entry = new LinkedHashMap<>(job(4, 1, "s1").json());
        entry.remove("memory");
        assertEquals(0, JobRecord.of(entry).memory());
    }

    @Test
    void entryIsReadBackAsWritten() throws Exception {
        JobRecord job =
                new JobRecord(
                        5,
                        "n",
                        Job.Status.PAUSED,
                        JobRecord.Wish.PAUSE,
                        3,
                        "o",
                        "s",
                        Instant.parse("2026-01-02T03:04:05.123456789Z"),
                        Instant.parse("2026-01-02T03:04:06Z"),
                        null,
                        2,
                        1_000_000,
                        "",
                        Map.of("detail", "x"));
        assertEquals(job, JobRecord.of(Json.object(Json.line(job.json()))));
    }
}
