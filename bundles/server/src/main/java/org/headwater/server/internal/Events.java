package org.headwater.server.internal;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams of server-sent events about jobs: {@code state} whenever something about the job changed,
 * {@code step} for each step, with the iteration as the event's id. A stream ends after the state
 * that ends the job.
 *
 * <p>One thread serves all watchers a few times a second and never waits for any of them: each has
 * a cursor, and one that reads slowly gets several steps at once later.
 */
final class Events implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final long PERIOD_MILLIS = 200;
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final int MOST_STEPS = 500;

    private final JobQueue queue;
    private final int most;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService pump =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "headwater-events");
                        thread.setDaemon(true);
                        return thread;
                    });

    /**
     * Begins to serve.
     *
     * @param queue the jobs
     * @param most watchers at once
     */
    Events(JobQueue queue, int most) {
        this.queue = queue;
        this.most = most;
        pump.scheduleWithFixedDelay(
                this::serve, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many watch. */
    int watchers() {
        return watchers.size();
    }

    /** Makes a request a stream about a job. */
    void watch(HttpServletRequest request, HttpServletResponse response, long id)
            throws IOException {
        if (watchers.size() >= most) {
            throw ApiException.of(503, "Too many watchers", "try again later");
        }
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        int after = lastEvent(request);
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        Watcher watcher = new Watcher(context, id, after);
        context.addListener(watcher);
        ServletOutputStream out = response.getOutputStream();
        watcher.out = out;
        out.setWriteListener(watcher);
        watchers.add(watcher);
    }

    private static int lastEvent(HttpServletRequest request) {
        String text = request.getHeader("Last-Event-ID");
        if (text == null || !text.matches("[0-9]{1,9}")) {
            return 0;
        }
        return Integer.parseInt(text);
    }

    private void serve() {
        for (Watcher watcher : watchers) {
            try {
                if (watcher.serve()) {
                    watcher.end();
                }
            } catch (IOException | SQLException | RuntimeException | Error e) {
                // nothing may get out: the timer would never call again
                LOG.debug("a watcher of job {} is gone", watcher.id, e);
                watcher.end();
            }
        }
    }

    @Override
    public void close() {
        pump.shutdownNow();
        watchers.forEach(Watcher::end);
    }

    /** A stream. */
    private final class Watcher implements WriteListener, AsyncListener {
        private final AsyncContext context;
        private final long id;
        private ServletOutputStream out;
        private int after;
        private String shown = "";
        private boolean last;
        private long wroteAt = System.nanoTime();
        private volatile boolean writable;

        Watcher(AsyncContext context, long id, int after) {
            this.context = context;
            this.id = id;
            this.after = after;
        }

        /** Writes what is new; true when all has been said. */
        boolean serve() throws IOException, SQLException {
            if (!writable || !out.isReady()) {
                return false;
            }
            if (last) {
                return true;
            }
            StringBuilder text = new StringBuilder();
            Optional<JobQueue.View> found = queue.find(id);
            if (found.isEmpty()) {
                return true;
            }
            JobQueue.View view = found.get();
            Map<String, Object> state = JobView.of(view);
            boolean complete = steps(view, text);
            // the last word comes after all steps
            if (complete || !view.job().isOver()) {
                state(state, text);
                last = view.job().isOver();
            }
            if (text.isEmpty() && System.nanoTime() - wroteAt > HEARTBEAT_NANOS) {
                text.append(":\n\n");
            }
            if (!text.isEmpty()) {
                wroteAt = System.nanoTime();
                out.write(text.toString().getBytes(StandardCharsets.UTF_8));
                if (out.isReady()) {
                    out.flush();
                }
            }
            return false;
        }

        private void state(Map<String, Object> state, StringBuilder text) {
            Object left = state.remove("seconds-left");
            Object iteration = state.remove("iteration");
            String now = Json.line(state);
            if (!now.equals(shown)) {
                shown = now;
                state.put("iteration", iteration);
                state.put("seconds-left", left);
                text.append("event: state\ndata: ").append(Json.line(state)).append("\n\n");
            }
        }

        /** Appends the next steps; whether there are no more now. */
        private boolean steps(JobQueue.View view, StringBuilder text) throws IOException {
            Job run = view.run();
            if (run != null) {
                List<StepInfo> steps = run.steps();
                // steps are numbered without gaps, from 1
                int from = Math.min(after, steps.size());
                int to = Math.min(steps.size(), from + MOST_STEPS);
                for (StepInfo step : steps.subList(from, to)) {
                    step(step.iteration(), Json.line(JobView.of(step)), text);
                }
                return to == steps.size();
            }
            List<Map<String, Object>> steps =
                    JobView.logged(queue.folders().run(id).resolve("log.jsonl"), after);
            int to = Math.min(steps.size(), MOST_STEPS);
            for (Map<String, Object> step : steps.subList(0, to)) {
                step(((Number) step.get("iteration")).intValue(), Json.line(step), text);
            }
            return to == steps.size();
        }

        private void step(int iteration, String json, StringBuilder text) {
            after = Math.max(after, iteration);
            text.append("id: ").append(iteration).append("\nevent: step\ndata: ");
            text.append(json).append("\n\n");
        }

        void end() {
            if (watchers.remove(this)) {
                try {
                    context.complete();
                } catch (IllegalStateException e) {
                    LOG.debug("the stream had ended", e);
                }
            }
        }

        @Override
        public void onWritePossible() {
            writable = true;
        }

        @Override
        public void onError(Throwable t) {
            end();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            watchers.remove(this);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end();
        }

        @Override
        public void onError(AsyncEvent event) {
            end();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // asked for by watch()
        }
    }
}
