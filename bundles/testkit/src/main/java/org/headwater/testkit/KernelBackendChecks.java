package org.headwater.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.Workers;

/** The checks of a {@link KernelBackend}: its layers against their definition. */
public final class KernelBackendChecks {
    private static final int N = 60;
    private static final int D = 3;

    /** Room for single precision; what was measured is in the finding. */
    private static final double ERROR = 1e-5;

    private final KernelBackend backend;

    private KernelBackendChecks(KernelBackend backend) {
        this.backend = backend;
    }

    /**
     * The checks of a provider and of the backend that it creates.
     *
     * @throws InvalidInputException if the backend cannot be used on this machine
     */
    public static List<Check> of(KernelBackendProvider provider) {
        if (!provider.unavailable().isEmpty()) {
            throw InvalidInputException.of(
                    "backend",
                    "must be usable on this machine",
                    provider.info().type(),
                    provider.unavailable());
        }
        KernelBackendChecks of = new KernelBackendChecks(provider.create());
        List<Check> checks =
                new ArrayList<>(
                        ProviderChecks.of(
                                provider,
                                Map.of(),
                                0,
                                raw ->
                                        provider.info()
                                                .settings()
                                                .validate(raw, "backend", Path.of(""))));
        checks.add(Check.of("layers", of::layers));
        checks.add(Check.of("workers", of::sameWithWorkers));
        checks.add(
                Check.of(
                        "thread-safety",
                        () -> Threads.sameFromAll(k -> of.call(k, new Threads(1)))));
        return checks;
    }

    private String layers() {
        KernelBackend plain = new ReferenceBackend();
        double worst = 0;
        for (int k = 0; k < 3; k++) {
            double[] expected = call(plain, k, new Threads(1));
            double[] found = call(backend, k, new Threads(1));
            for (int i = 0; i < found.length; i++) {
                double error = Math.abs(found[i] - expected[i]);
                worst = Double.isNaN(error) || error > worst ? error : worst;
            }
        }
        return Limits.atMost(
                "error of barycentres and self-weights",
                worst,
                ERROR,
                "compare with the formulas of KernelBackend, in particular the sign of log Z");
    }

    private String sameWithWorkers() {
        Limits.sameBytes(
                "working on 4 threads",
                call(0, new Threads(1)),
                call(0, new Threads(4)),
                "reduce in an order that does not depend on the threads");
        return "the same bytes on 1 and on 4 threads";
    }

    private double[] call(int k, Workers workers) {
        return call(backend, k, workers);
    }

    private static double[] call(KernelBackend backend, int k, Workers workers) {
        Ensemble x = Points.normal(Points.random(500 + k), N, D, 1);
        double[] kappa = {0.5 + k, 2, 8};
        Ensemble logZ = Points.normal(Points.random(600 + k), N, D, 1);
        double[] one = Arrays.copyOf(logZ.data(), N);
        Ensemble joint = Ensemble.zeros(N, D);
        Ensemble tensorised = Ensemble.zeros(N, D);
        double[] jointSelf = new double[N];
        double[] tensorisedSelf = new double[D];
        backend.joint(x, kappa[0], one, joint, jointSelf, workers);
        backend.tensorised(x, kappa, logZ, tensorised, tensorisedSelf, workers);
        double[] all = Arrays.copyOf(joint.data(), 2 * N * D + N + D);
        System.arraycopy(tensorised.data(), 0, all, N * D, N * D);
        System.arraycopy(jointSelf, 0, all, 2 * N * D, N);
        System.arraycopy(tensorisedSelf, 0, all, 2 * N * D + N, D);
        return all;
    }
}
