package org.headwater.api;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The state of a run: named arrays and scalars, nothing else, so that a checkpoint outlives the
 * bundle that wrote it. Immutable by convention: arrays handed in are not changed afterwards.
 *
 * <p>Names that the platform knows: scalar {@code iteration}; array {@code particles} (N × d, with
 * scalars {@code particles.rows} and {@code particles.columns}); array {@code failures} (N values:
 * how many times in a row each particle's forward model has failed).
 */
public final class State {
    /** Scalar: the number of steps done. */
    public static final String ITERATION = "iteration";

    /** Array with its sizes: the particles, N × d. */
    public static final String PARTICLES = "particles";

    /** Array: consecutive failures of each particle. */
    public static final String FAILURES = "failures";

    private final Map<String, double[]> arrays;
    private final Map<String, Double> scalars;

    private State(Map<String, double[]> arrays, Map<String, Double> scalars) {
        this.arrays = arrays;
        this.scalars = scalars;
    }

    /** A state without anything. */
    public static State empty() {
        return new State(new TreeMap<>(), new TreeMap<>());
    }

    /** This state with an array added or replaced; the array is not copied. */
    public State with(String name, double[] array) {
        Map<String, double[]> a = new TreeMap<>(arrays);
        a.put(name, array);
        return new State(a, scalars);
    }

    /** This state with a scalar added or replaced. */
    public State with(String name, double scalar) {
        Map<String, Double> s = new TreeMap<>(scalars);
        s.put(name, scalar);
        return new State(arrays, s);
    }

    /** This state with an ensemble added or replaced: an array and two scalars for its size. */
    public State with(String name, Ensemble ensemble) {
        return with(name, ensemble.data())
                .with(name + ".rows", ensemble.size())
                .with(name + ".columns", ensemble.dimension());
    }

    /** This state without an array; the same if there is none of that name. */
    public State without(String name) {
        Map<String, double[]> a = new TreeMap<>(arrays);
        a.remove(name);
        return new State(a, scalars);
    }

    /** Whether there is an array of that name. */
    public boolean hasArray(String name) {
        return arrays.containsKey(name);
    }

    /** An array, shared. */
    public double[] array(String name) {
        double[] a = arrays.get(name);
        if (a == null) {
            throw new IllegalStateException("the state has no array " + name);
        }
        return a;
    }

    /** A scalar. */
    public double scalar(String name) {
        Double s = scalars.get(name);
        if (s == null) {
            throw new IllegalStateException("the state has no scalar " + name);
        }
        return s;
    }

    /** A scalar, or a default when it is not there. */
    public double scalar(String name, double otherwise) {
        return scalars.getOrDefault(name, otherwise);
    }

    /** An ensemble, shared. */
    public Ensemble ensemble(String name) {
        return Ensemble.of(
                (int) scalar(name + ".rows"), (int) scalar(name + ".columns"), array(name));
    }

    /** The number of steps done. */
    public int iteration() {
        return (int) scalar(ITERATION, 0);
    }

    /** Names of the arrays, sorted. */
    public Set<String> arrayNames() {
        return arrays.keySet();
    }

    /** Names of the scalars, sorted. */
    public Set<String> scalarNames() {
        return scalars.keySet();
    }
}
