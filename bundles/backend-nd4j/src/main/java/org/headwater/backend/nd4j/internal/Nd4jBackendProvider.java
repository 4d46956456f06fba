package org.headwater.backend.nd4j.internal;

import java.util.Arrays;
import java.util.Locale;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the layers by ND4J, after the vector backend, which is faster for them on a CPU. Nothing
 * of ND4J is loaded before a backend is created.
 */
@Component(property = "service.ranking:Integer=-100")
public final class Nd4jBackendProvider implements KernelBackendProvider {
    private static final Logger LOG = LoggerFactory.getLogger(Nd4jBackendProvider.class);
    private static final String WRAPPER = "org.headwater.nd4j";
    private static final PluginInfo INFO =
            new PluginInfo(
                    "nd4j",
                    "0.1.0",
                    "The RWPO layers by operations of ND4J, on the CPU or, in a CUDA build, on an"
                            + " NVIDIA card.",
                    SettingsSchema.of(),
                    "https://deeplearning4j.konduit.ai/nd4j/reference");

    private final BundleContext context;

    /** Called by the component runtime. */
    @Activate
    public Nd4jBackendProvider(BundleContext context) {
        this.context = context;
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public String unavailable() {
        String natives =
                Arrays.stream(context.getBundles())
                        .filter(b -> WRAPPER.equals(b.getSymbolicName()))
                        .filter(b -> (b.getState() & (Bundle.STARTING | Bundle.ACTIVE)) != 0)
                        .map(b -> b.getHeaders().get("Headwater-Natives"))
                        .findFirst()
                        .orElse(null);
        return reasonAgainst(
                natives, platform(System.getProperty("os.name"), System.getProperty("os.arch")));
    }

    /**
     * Why ND4J does not run here, or the empty string.
     *
     * @param natives the wrapper's kind and platform, null without a wrapper
     * @param platform this machine's
     */
    static String reasonAgainst(String natives, String platform) {
        if (natives == null) {
            return "the bundle " + WRAPPER + " is not installed or not started";
        }
        String built = natives.substring(natives.indexOf(' ') + 1);
        return built.equals(platform)
                ? ""
                : "it has natives for "
                        + built
                        + ", this machine is "
                        + platform
                        + "; build Headwater with -Djavacpp.platform="
                        + platform;
    }

    /** A platform as JavaCPP names it. */
    static String platform(String os, String arch) {
        String system = os.toLowerCase(Locale.ROOT);
        String machine = arch.toLowerCase(Locale.ROOT);
        if (system.startsWith("mac")) {
            system = "macosx";
        } else if (system.startsWith("windows")) {
            system = "windows";
        }
        return system
                + "-"
                + switch (machine) {
                    case "amd64", "x86-64", "x64" -> "x86_64";
                    case "aarch64" -> "arm64";
                    default -> machine;
                };
    }

    @Override
    public KernelBackend create(Precision precision) {
        try {
            return new Nd4jBackend(precision);
        } catch (LinkageError | RuntimeException e) {
            LOG.error("ND4J cannot be used", e);
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            throw InvalidInputException.of(
                    "backend",
                    "must be usable on this machine: ND4J's natives do not load (" + root + ")",
                    "'nd4j'",
                    "use backend: vector");
        }
    }
}
