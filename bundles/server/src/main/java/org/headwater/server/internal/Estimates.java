package org.headwater.server.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Geometry;
import org.headwater.runtime.Job;

/**
 * What running jobs have found so far, as the API shows it. However many look on, each job is asked
 * once in two seconds at most.
 */
final class Estimates {
    private static final long KEPT_NANOS = 2_000_000_000L;
    private static final int MOST_PARAMETERS = 65_536;

    /** The last estimates, of as many jobs as can run at once and a few more. */
    private final Map<Long, Kept> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Kept> eldest) {
                    return size() > 16;
                }
            };

    private record Kept(long at, Optional<Map<String, Object>> estimate) {}

    /** The estimate of a job that runs; empty while there is none. */
    synchronized Optional<Map<String, Object>> of(JobQueue.View view) {
        if (view.run() == null) {
            return Optional.empty();
        }
        long now = System.nanoTime();
        Kept last = kept.get(view.job().id());
        if (last == null || now - last.at() > KEPT_NANOS) {
            last = new Kept(now, view.run().estimate().map(Estimates::json));
            kept.put(view.job().id(), last);
        }
        return last.estimate();
    }

    private static Map<String, Object> json(Job.Estimate estimate) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("iteration", estimate.iteration());
        map.put("particles", estimate.particles());
        boolean few = estimate.mean().length <= MOST_PARAMETERS;
        Map<String, Object> parameters = new LinkedHashMap<>();
        List<Integer> shape = new ArrayList<>();
        for (int size : estimate.shape()) {
            shape.add(size);
        }
        parameters.put("shape", shape);
        parameters.put("mean", numbers(few ? estimate.mean() : new double[0]));
        parameters.put("sd", numbers(few ? estimate.sd() : new double[0]));
        map.put("parameters", parameters);
        List<Map<String, Object>> fields = new ArrayList<>();
        for (Job.FieldEstimate field : estimate.fields()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", field.name());
            entry.put("unit", field.unit());
            entry.put("neutral", field.neutral());
            Geometry geometry = field.geometry();
            entry.put("nodes", numbers(geometry.nodes()));
            List<Integer> triangles = new ArrayList<>(geometry.triangles().length);
            for (int node : geometry.triangles()) {
                triangles.add(node);
            }
            entry.put("triangles", triangles);
            entry.put("mean", numbers(field.mean()));
            entry.put("sd", numbers(field.sd()));
            fields.add(entry);
        }
        map.put("fields", fields);
        return map;
    }

    /** In single precision, which is enough to draw and half as long. */
    private static List<Float> numbers(double[] values) {
        List<Float> out = new ArrayList<>(values.length);
        for (double v : values) {
            float single = (float) v;
            out.add(Float.isFinite(single) ? single : null);
        }
        return out;
    }
}
