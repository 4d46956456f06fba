package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.State;
import org.headwater.api.Stepper;

/**
 * The draws of the segment at work, which move from the solver's state to posterior.zarr a chunk at
 * a time, so that memory does not grow with their number. Used by the working thread alone.
 */
final class SegmentDraws {
    private final RunDirectory directory;
    private final Manifest manifest;
    private final int chunk;
    private int saved;
    private DrawStore store;

    /**
     * @param chunk numbers in a chunk
     */
    SegmentDraws(RunDirectory directory, Manifest manifest, int chunk) {
        this.directory = directory;
        this.manifest = manifest;
        this.chunk = chunk;
    }

    /** The draws of each chain that are on disk, those that the state no longer holds. */
    int saved() {
        return saved;
    }

    /** Goes on after a checkpoint. */
    void after(int savedThen) {
        saved = savedThen;
    }

    /** All draws of the segment, once there is a posterior; else null. */
    DrawStore store() {
        return store;
    }

    /** Moves a chunk of draws to disk once the state has a whole one; the state that is left. */
    State save(AssembledProblem problem, int segment, State state) throws IOException {
        Stepper stepper = problem.stepper();
        int held = stepper.drawn(state);
        if (held == 0) {
            return state;
        }
        int whole = DrawStore.chunkLength(chunk, stepper.particles(), problem.model().dimension());
        if (held < whole) {
            return state;
        }
        if (store == null) {
            store = open(problem, segment);
        }
        State rest = append(stepper.harvest(state, whole));
        saved += whole;
        return rest;
    }

    /** The segment's posterior; all of its draws are on disk afterwards. */
    Posterior posterior(AssembledProblem problem, int segment, State state, RandomStream random)
            throws IOException {
        Stepper stepper = problem.stepper();
        int held = stepper.drawn(state);
        if (saved + held == 0) {
            Posterior posterior = stepper.posterior(state, random);
            store = create(problem, Summary.chains(posterior), posterior.particles());
            store.appendAll(posterior.draws());
            store.finish();
            return posterior;
        }
        // anew, as a try that was interrupted may have written the last chunk
        store = open(problem, segment);
        State rest = held > 0 ? append(stepper.harvest(state, held)) : state;
        store.finish();
        return stepper.posterior(rest, store, Outcome.most(store), random);
    }

    /** Moves what is on disk to the segment's own folder; the next segment begins with none. */
    void endSegment(int segment) throws IOException {
        if (Files.exists(directory.draws())) {
            Path draws = of(segment);
            Files.createDirectories(draws.getParent());
            SafeFiles.deleteTree(draws);
            Files.move(directory.draws(), draws);
        }
        store = null;
        saved = 0;
    }

    /** Lets go of what is in memory; the job has ended. */
    void letGo() {
        store = null;
    }

    private Path of(int segment) {
        return directory.segment(segment + 1).resolve(DrawStore.NAME);
    }

    private State append(Stepper.Harvest harvest) throws IOException {
        store.append(harvest.draws(), harvest.logDensity());
        return harvest.rest();
    }

    private DrawStore open(AssembledProblem problem, int segment) throws IOException {
        Path moved = of(segment);
        if (saved > 0 && Files.exists(moved)) {
            // a process ended between the segment's end and the next checkpoint
            Files.move(moved, directory.draws());
        }
        return create(problem, problem.stepper().particles(), false).after(saved);
    }

    private DrawStore create(AssembledProblem problem, int chains, boolean particles) {
        return DrawStore.write(
                directory.draws(),
                InferenceData.attributes(problem.plan(), manifest, particles),
                problem.model().blocks(),
                chains);
    }
}
