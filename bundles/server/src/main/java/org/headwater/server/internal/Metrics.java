package org.headwater.server.internal;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.headwater.runtime.Job;

/** Figures in Prometheus' text format 0.0.4. Counters begin at 0 with the process. */
final class Metrics {
    private final JobQueue queue;
    private final Events events;
    private final LongAdder requests = new LongAdder();
    private final LongAdder faults = new LongAdder();
    private final AtomicLong pluginEvents = new AtomicLong();
    private final Instant begun = Instant.now();

    Metrics(JobQueue queue, Events events) {
        this.queue = queue;
        this.events = events;
    }

    /** Counts a request. */
    void request(int status) {
        requests.increment();
        if (status >= 500) {
            faults.increment();
        }
    }

    /** Counts a plug-in that came, left or changed. */
    void pluginEvent() {
        pluginEvents.incrementAndGet();
    }

    /** All figures. */
    String text() throws SQLException {
        StringBuilder s = new StringBuilder();
        type(s, "headwater_jobs", "gauge", "jobs by state");
        for (Map.Entry<Job.Status, Long> e : queue.table().counts().entrySet()) {
            s.append("headwater_jobs{state=\"")
                    .append(e.getKey().name().toLowerCase(Locale.ROOT))
                    .append("\"} ")
                    .append(e.getValue())
                    .append('\n');
        }
        single(s, "headwater_jobs_running", "gauge", "jobs that hold a slot", queue.running());
        single(
                s,
                "headwater_jobs_memory_bytes",
                "gauge",
                "memory that running jobs are estimated to take",
                queue.memoryTaken());
        single(s, "headwater_job_starts_total", "counter", "jobs begun", queue.starts());
        single(
                s,
                "headwater_queue_wait_seconds_total",
                "counter",
                "time that those jobs had waited",
                queue.waitedSeconds());
        type(s, "headwater_job_iteration", "gauge", "steps done by a running job");
        for (JobQueue.View view : queue.open()) {
            if (view.run() != null) {
                view.run()
                        .lastStep()
                        .ifPresent(
                                step ->
                                        s.append("headwater_job_iteration{job=\"")
                                                .append(view.job().id())
                                                .append("\"} ")
                                                .append(step.iteration())
                                                .append('\n'));
            }
        }
        single(s, "headwater_event_watchers", "gauge", "open event streams", events.watchers());
        single(s, "headwater_http_requests_total", "counter", "requests", requests.sum());
        single(s, "headwater_http_faults_total", "counter", "answers 5xx", faults.sum());
        single(
                s,
                "headwater_plugin_events_total",
                "counter",
                "plug-ins that came, left or changed",
                pluginEvents.get());
        java(s);
        return s.toString();
    }

    private void java(StringBuilder s) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        single(s, "headwater_heap_used_bytes", "gauge", "Java heap in use", heap.getUsed());
        single(s, "headwater_heap_max_bytes", "gauge", "Java heap at most", heap.getMax());
        single(
                s,
                "headwater_native_memory_bytes",
                "gauge",
                "memory of Java outside the heap",
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed());
        single(
                s,
                "headwater_threads",
                "gauge",
                "threads",
                ManagementFactory.getThreadMXBean().getThreadCount());
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
            single(
                    s,
                    "headwater_open_files",
                    "gauge",
                    "open files and sockets",
                    unix.getOpenFileDescriptorCount());
        }
        single(
                s,
                "headwater_uptime_seconds",
                "gauge",
                "time since the start",
                Duration.between(begun, Instant.now()).toMillis() * 1e-3);
    }

    private static void single(
            StringBuilder s, String name, String type, String help, double value) {
        type(s, name, type, help);
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        s.append(name)
                .append(' ')
                .append(whole ? Long.toString((long) value) : Double.toString(value))
                .append('\n');
    }

    private static void type(StringBuilder s, String name, String type, String help) {
        s.append("# HELP ").append(name).append(' ').append(help).append('\n');
        s.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }
}
