package org.headwater.runtime.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.headwater.api.BackendFailureException;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Reason;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;

/**
 * A backend, and in its place the processor's own loops from the first time on that it fails: a job
 * of hours does not end because a card has no memory left.
 */
final class FallbackBackend implements KernelBackend {
    /** Code of the verdict's reason. */
    static final String CODE = "backend-failed";

    private final String type;
    private final KernelBackend backend;
    private final Consumer<String> notices;
    private volatile String failure;

    /**
     * For a job.
     *
     * @param type the backend's type
     * @param notices told of a failure
     */
    FallbackBackend(String type, KernelBackend backend, Consumer<String> notices) {
        this.type = type;
        this.backend = backend;
        this.notices = notices;
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public int laneWidth() {
        return backend.laneWidth();
    }

    /** For the verdict, once it has failed. */
    Optional<Reason> reason() {
        return Optional.ofNullable(failure)
                .map(
                        why ->
                                new Reason(
                                        Reason.Status.WARN,
                                        CODE,
                                        "the backend "
                                                + type
                                                + " failed and the run went on on the CPU: "
                                                + why,
                                        Double.NaN,
                                        Double.NaN,
                                        "the result is as good, but not the same to the last digit;"
                                                + " look after the device, or set backend: vector"));
    }

    private synchronized void failed(BackendFailureException e) {
        if (failure == null) {
            failure = e.getMessage();
            notices.accept("backend " + type + ": " + failure + "; the run goes on on the CPU");
        }
    }

    /** Has the backend do it; false if it cannot. */
    private boolean done(Runnable call) {
        if (failure != null) {
            return false;
        }
        try {
            call.run();
            return true;
        } catch (BackendFailureException e) {
            failed(e);
            return false;
        }
    }

    @Override
    public void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        if (!done(() -> backend.joint(x, kappa, logNormaliser, barycentre, selfWeight, workers))) {
            JointLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, workers);
        }
    }

    @Override
    public void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        if (!done(
                () ->
                        backend.tensorised(
                                x, kappa, logNormaliser, barycentre, selfWeight, workers))) {
            LayerLoops loops = LayerLoops.best();
            TensorisedLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
        }
    }

    @Override
    public boolean moments(Ensemble x, double[] mean, double[] covariance) {
        boolean[] made = new boolean[1];
        return done(() -> made[0] = backend.moments(x, mean, covariance)) && made[0];
    }
}
