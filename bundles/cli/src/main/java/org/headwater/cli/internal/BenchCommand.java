package org.headwater.cli.internal;

import com.google.gson.Gson;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.Workers;
import org.headwater.cli.Table;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the time and the error of a layer here. */
@Command(
        name = "bench",
        description = "Measure a layer of the sampler on this machine: its time and its error.",
        footer = {
            "",
            "Particles are standard normal; the kernel is that of an L1 prior of weight 1."
                    + " The error is that of the barycentres against a direct sum in double"
                    + " precision, for this kernel and for a wider one that spreads the weights,"
                    + " divided by the largest coordinate. gflops counts the operations of the"
                    + " direct sum, whatever is done in its place. device_ms is a card's shortest time"
                    + " without copies."
        })
final class BenchCommand extends SubCommand {
    private final Plugins plugins;

    @Parameters(
            paramLabel = "KERNEL",
            description = "joint, tensorised, or cc (tensorised with the covariance correction).")
    private LayerBench.Kernel kernel;

    @Option(
            names = "--n",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Number of particles (default ${DEFAULT-VALUE}).")
    private int n;

    @Option(
            names = "--d",
            paramLabel = "D",
            defaultValue = "2",
            description = "Number of coordinates (default ${DEFAULT-VALUE}).")
    private int d;

    @Option(
            names = "--time",
            paramLabel = "T",
            defaultValue = "0.1",
            description =
                    "Time of the kernel: the larger, the more particles weigh, and the fewer are"
                            + " left out (default ${DEFAULT-VALUE}).")
    private double time;

    @Option(
            names = "--backend",
            paramLabel = "TYPE",
            defaultValue = "auto",
            description = "Kernel backend (default ${DEFAULT-VALUE}).")
    private String backend;

    @Option(
            names = "--precision",
            paramLabel = "BITS",
            defaultValue = "64",
            description = "32 or 64 (default ${DEFAULT-VALUE}).")
    private int precision;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            description = "Threads, at least 1 (default: all processors).")
    private Integer threads;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BenchCommand(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public Integer call() {
        if (n < 1 || d < 1 || (long) n * d > 1 << 28) {
            throw misuse("--n and --d must be at least 1 and N·d at most 2^28");
        }
        if (!(time > 0 && time < Double.POSITIVE_INFINITY)) {
            throw misuse("--time must be positive, got " + time);
        }
        if (precision != 32 && precision != 64) {
            throw misuse("--precision must be 32 or 64, got " + precision);
        }
        if (threads != null && threads < 1) {
            throw misuse("--threads must be at least 1, got " + threads);
        }
        int used = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        try (FixedWorkers workers = new FixedWorkers(used)) {
            KernelBackend chosen =
                    provider(workers)
                            .create(
                                    precision == 32
                                            ? KernelBackend.Precision.SINGLE
                                            : KernelBackend.Precision.DOUBLE);
            LayerBench.Result result =
                    new LayerBench(kernel, n, d, time, chosen, workers).measure();
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("kernel", kernel.name());
            all.put("n", n);
            all.put("d", d);
            all.put("backend", chosen.description());
            all.put("precision", precision);
            all.put("threads", used);
            all.put("median_ms", result.medianMs());
            all.put("min_ms", result.minMs());
            all.put("max_ms", result.maxMs());
            if (!Double.isNaN(result.deviceMs())) {
                all.put("device_ms", result.deviceMs());
            }
            all.put("gflops", result.gflops());
            all.put("max_rel_error", result.maxRelativeError());
            print(all);
        }
        return ExitCode.DONE;
    }

    private KernelBackendProvider provider(Workers workers) {
        if (backend.equals("auto")) {
            KernelBackend.Kind kind =
                    kernel == LayerBench.Kernel.joint
                            ? KernelBackend.Kind.JOINT
                            : KernelBackend.Kind.TENSORISED;
            return (KernelBackendProvider)
                    plugins.fastestBackend(
                                    new KernelBackend.Layer(kind, n, d), workers, err()::println)
                            .provider();
        }
        KernelBackendProvider named =
                (KernelBackendProvider) plugins.find(PluginKind.BACKEND, backend).provider();
        if (!named.unavailable().isEmpty()) {
            throw misuse("no usable backend for --backend " + backend + ": " + named.unavailable());
        }
        return named;
    }

    private void print(Map<String, Object> all) {
        if (json) {
            out().println(new Gson().toJson(all));
            return;
        }
        Table table = new Table();
        all.forEach(
                (key, value) ->
                        table.row(
                                key,
                                value instanceof Double x
                                        ? String.format(Locale.ROOT, "%.4g", x)
                                        : value.toString()));
        out().print(table);
    }
}
