package org.headwater.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;

/**
 * A problem that can be run in memory, with other data or another solver. Immutable and
 * thread-safe; a run works on the threads that it is given.
 */
public interface Trial {
    /** The problem's name. */
    String name();

    /** The problem's seed. */
    long seed();

    /** Names of the parameters, d of them. */
    List<String> parameters();

    /** The measured data, m values. */
    double[] data();

    /**
     * SHA-256 of all that decides a result but the seed: the problem's settings, its input files
     * and the revisions of its plug-ins.
     */
    String fingerprint();

    /** The solver's section of the problem file. */
    Map<String, Object> solver();

    /** A draw of all parameters from their prior; empty if it is not proper or cannot be drawn. */
    Optional<double[]> truth(RandomStream random);

    /**
     * Data of a truth: the forward model's prediction with noise.
     *
     * @throws IllegalStateException if the forward model fails there
     */
    double[] simulate(double[] truth, RandomStream random);

    /** Φ, the misfit of the data at a point; NaN where the forward model fails. */
    double misfit(double[] theta);

    /** ψ, the potential of the field's prior at a point. */
    double potential(double[] theta);

    /** The same problem with other data, m values, not copied. */
    Trial withData(double[] data);

    /**
     * The same problem with another solver.
     *
     * @param section {@code type} and settings
     * @throws org.headwater.api.InvalidInputException if there is no such solver or the settings do
     *     not fit
     */
    Trial withSolver(Map<String, Object> section);

    /**
     * Reads draws of the parameters.
     *
     * @param source a run directory, or a .npy file of n × d numbers of type float64
     * @throws org.headwater.api.InvalidInputException if it holds none; it names {@code
     *     --reference}
     */
    Ensemble draws(Path source);

    /** The number of particles or chains that a step moves; 0 when the solver has none. */
    int particles();

    /** The number of steps that the solver takes. */
    int iterations();

    /**
     * Runs the solver.
     *
     * @param seed of all its random streams
     * @param threads to work on
     * @param steps at most; the solver's own number if that is smaller
     * @param budget no further step begins once {@link Result#cost} has reached it
     * @param stop asked before every step; true ends the run
     */
    Result run(long seed, int threads, int steps, long budget, BooleanSupplier stop);

    /**
     * What a run came to.
     *
     * @param posterior draws, with what the solver has to say about them
     * @param verdict the platform's verdict on them
     * @param steps steps done
     * @param evaluations points at which misfit and gradient were computed: a forward and an
     *     adjoint solve
     * @param jacobians points at which a Jacobian was
     * @param cost evaluations + jacobians·min(d, m): what the Jacobians would cost by single
     *     sensitivities
     * @param startCost the part of {@code cost} before the first step
     * @param seconds time of start and steps
     */
    record Result(
            Posterior posterior,
            Verdict verdict,
            int steps,
            long evaluations,
            long jacobians,
            long cost,
            long startCost,
            double seconds) {}
}
