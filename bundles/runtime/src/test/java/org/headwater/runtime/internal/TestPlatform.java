package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.headwater.api.Noise;
import org.headwater.api.Provider;
import org.headwater.backend.vector.internal.VectorBackendProvider;
import org.headwater.model.linear.internal.LinearProvider;
import org.headwater.noise.internal.GaussianNoiseProvider;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.gaussian.internal.GaussianPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.nonneg.internal.NonNegativePriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.solver.langevin.internal.LangevinSolverProvider;
import org.headwater.solver.leastsquares.internal.EnsembleKalmanSolverProvider;
import org.headwater.solver.leastsquares.internal.RtoSolverProvider;
import org.headwater.solver.map.internal.MapSolverProvider;
import org.headwater.solver.rwpo.internal.RwpoSolverProvider;

/** The platform with real plug-ins but without OSGi. */
final class TestPlatform {
    private TestPlatform() {}

    /** A registry of the plug-ins that tests use. */
    static PluginRegistry plugins() {
        PluginRegistry registry = new PluginRegistry();
        registry.add(plugin(PluginKind.MODEL, new LinearProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.MODEL, new FlakyModelProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.NOISE, new GaussianNoiseProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.PRIOR, new L1PriorProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.SOLVER, new MetropolisSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.SOLVER, new RwpoSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.BACKEND, new VectorBackendProvider(), "0.1.0"));
        return registry;
    }

    /** The same, and more priors, solvers and a model that is not linear. */
    static PluginRegistry morePlugins() {
        PluginRegistry registry = plugins();
        registry.add(plugin(PluginKind.SOLVER, new LangevinSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.SOLVER, new MapSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.SOLVER, new RtoSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.SOLVER, new EnsembleKalmanSolverProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.MODEL, new CurvedModelProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.PRIOR, new GaussianPriorProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.PRIOR, new TvPriorProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.PRIOR, new BoxPriorProvider(), "0.1.0"));
        registry.add(plugin(PluginKind.PRIOR, new NonNegativePriorProvider(), "0.1.0"));
        return registry;
    }

    static Plugin plugin(PluginKind kind, Provider provider, String version) {
        return new Plugin(kind, provider.info(), provider, "org.headwater.test", version, "", 0);
    }

    /** A job manager that checkpoints after every step. */
    static JobManager jobs(PluginRegistry plugins, int threads) {
        return jobs(plugins, threads, DrawStore.CHUNK);
    }

    /** The same with chunks of so many numbers in posterior.zarr. */
    static JobManager jobs(PluginRegistry plugins, int threads, int chunk) {
        return new JobManager(
                plugins,
                new Platform("0.1.0", List::of),
                threads,
                1,
                Duration.ZERO,
                Duration.ofSeconds(20),
                chunk);
    }

    /** The files in a folder and below with their content, in order of their names. */
    static SortedMap<String, String> files(Path folder) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Hashes.sha256(file));
            }
        }
        return files;
    }

    /** Gaussian noise of one standard deviation. */
    static Noise gaussian(double[] measured, double sd) {
        GaussianNoiseProvider provider = new GaussianNoiseProvider();
        return provider.create(
                provider.info().settings().validate(Map.of("sd", sd), "noise", Path.of(".")),
                measured);
    }
}
