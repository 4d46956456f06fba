package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.headwater.api.BackendFailureException;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Workers;
import org.headwater.backend.vector.internal.VectorBackendProvider;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose backend fails on the way. */
class FallbackBackendTest {
    private static final String WHY = "Card (card 0) has too little free memory";

    @TempDir private Path folder;

    /** The vector backend for so many layers; then its card is lost. */
    private record Failing(AtomicInteger left) implements KernelBackendProvider, KernelBackend {
        private KernelBackend vector() {
            if (left.getAndDecrement() <= 0) {
                throw new BackendFailureException(WHY);
            }
            return new VectorBackendProvider().create();
        }

        @Override
        public PluginInfo info() {
            return new PluginInfo("failing", "0.1.0", "for tests", SettingsSchema.of(), "");
        }

        @Override
        public String unavailable() {
            return "";
        }

        @Override
        public KernelBackend create(Precision precision) {
            return this;
        }

        @Override
        public String description() {
            return "failing";
        }

        @Override
        public void joint(
                Ensemble x,
                double kappa,
                double[] logNormaliser,
                Ensemble barycentre,
                double[] selfWeight,
                Workers workers) {
            vector().joint(x, kappa, logNormaliser, barycentre, selfWeight, workers);
        }

        @Override
        public void tensorised(
                Ensemble x,
                double[] kappa,
                Ensemble logNormaliser,
                Ensemble barycentre,
                double[] selfWeight,
                Workers workers) {
            vector().tensorised(x, kappa, logNormaliser, barycentre, selfWeight, workers);
        }
    }

    private Path run(String backend, String kernel, int layers) throws Exception {
        Files.writeString(folder.resolve("A.csv"), "1,0\n0.5,1\n0.2,0.3\n");
        Files.writeString(folder.resolve("y.csv"), "1\n-0.5\n0.3\n");
        Path file = folder.resolve("p.yaml");
        Files.writeString(
                file,
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\nnoise: {sd:"
                        + " 0.5}\nprior: {type: l1, weight: 1}\nsolver: {particles: 60, iterations:"
                        + " 20, kernel: "
                        + kernel
                        + "}\nbackend: "
                        + backend
                        + "\n");
        PluginRegistry plugins = TestPlatform.plugins();
        Failing failing = new Failing(new AtomicInteger(layers));
        plugins.add(TestPlatform.plugin(PluginKind.BACKEND, failing, "0.1.0"));
        JobManager jobs = TestPlatform.jobs(plugins, 1);
        Path out = folder.resolve(backend + kernel + layers);
        Job job = jobs.submit(ProblemFile.read(file, List.of()), new RunOptions(out, "test", null));
        job.await();
        jobs.close();
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        return out;
    }

    private static List<?> reasons(Path run) throws Exception {
        Map<String, Object> verdict = Json.object(Files.readString(run.resolve("verdict.json")));
        return ((List<?>) verdict.get("reasons"))
                .stream()
                        .filter(r -> FallbackBackend.CODE.equals(((Map<?, ?>) r).get("code")))
                        .toList();
    }

    @Test
    void theJobGoesOnOnTheCpuAndTheVerdictSaysSo() throws Exception {
        for (String kernel : List.of("cc", "joint")) {
            Path vector = run("vector", kernel, 0);
            Path failed = run("failing", kernel, 5);
            assertEquals(List.of(), reasons(vector));
            List<?> reasons = reasons(failed);
            assertEquals(1, reasons.size());
            Map<?, ?> reason = (Map<?, ?>) reasons.get(0);
            assertEquals("WARN", reason.get("status"));
            assertEquals(
                    "the backend failing failed and the run went on on the CPU: " + WHY,
                    reason.get("message"));
            String log = Files.readString(failed.resolve("log.jsonl"));
            assertTrue(log.contains(WHY + "; the run goes on on the CPU"), log);
            // Before and after, the loops are those of the vector backend.
            assertArrayEquals(
                    Files.readAllBytes(vector.resolve("posterior.npy")),
                    Files.readAllBytes(failed.resolve("posterior.npy")));
        }
        assertEquals(List.of(), reasons(run("failing", "cc", 1000)));
    }

    @Test
    void aWrongCallIsNoFailureOfTheDevice() {
        FallbackBackend backend =
                new FallbackBackend("vector", new VectorBackendProvider().create(), line -> {});
        Ensemble x = Ensemble.zeros(3, 1);
        try (FixedWorkers workers = new FixedWorkers(1)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> backend.joint(x, -1, new double[3], x, new double[3], workers));
        }
        assertTrue(backend.reason().isEmpty());
    }
}
