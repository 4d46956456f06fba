package org.headwater.backend.cuda.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the layers on an NVIDIA card, after the vector backend: {@code auto} takes it for layers
 * large enough to be worth a measurement, if it wins that. Nothing is loaded where there is no
 * driver. The card is the first that CUDA counts, or the one that {@code HEADWATER_CUDA_CARD} or
 * the system property {@code headwater.cuda.card} numbers.
 */
@Component(property = "service.ranking:Integer=-50")
public final class CudaBackendProvider implements KernelBackendProvider {
    /** System property with the number of the card. */
    static final String CARD = "headwater.cuda.card";

    private static final Logger LOG = LoggerFactory.getLogger(CudaBackendProvider.class);
    private static final PluginInfo INFO =
            new PluginInfo(
                    "cuda",
                    "0.1.0",
                    "The RWPO layers on an NVIDIA card of compute capability 7.5 or more (7.0 in a"
                            + " build with -Pcuda12).",
                    SettingsSchema.of(),
                    "F. Han, S. Osher, W. Li, Sparse transformer architectures via regularized"
                            + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356");

    private final Libraries libraries;
    private final Path folder;
    private Device device;
    private String fault;

    /** Called by the component runtime. */
    @Activate
    public CudaBackendProvider() {
        this(Libraries.here(Driver.MAJOR), folder());
    }

    /**
     * With libraries from elsewhere.
     *
     * @param folder for natives and machine code
     */
    CudaBackendProvider(Libraries libraries, Path folder) {
        this.libraries = libraries;
        this.folder = folder;
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public synchronized String unavailable() {
        if (fault == null) {
            fault = start(System.getProperty(CARD, System.getenv("HEADWATER_CUDA_CARD")));
        }
        return fault;
    }

    /** Looks once; returns why it cannot be used, or the empty string. */
    private String start(String chosen) {
        String missing = libraries.missing();
        if (!missing.isEmpty()) {
            return missing;
        }
        try {
            Driver.start(libraries.files(), folder.resolve("jni"));
            List<Card> cards = Driver.cards();
            if (cards.isEmpty()) {
                return "the NVIDIA driver finds no card";
            }
            Optional<Card> card =
                    cards.stream()
                            .filter(c -> chosen == null || chosen.equals("" + c.index()))
                            .findFirst();
            if (card.isEmpty()) {
                return String.format(
                        "HEADWATER_CUDA_CARD must be the number of a card, 0 to %d, got '%s'",
                        cards.size() - 1, chosen);
            }
            String against = card.get().fault(Driver.MAJOR);
            if (against.isEmpty()) {
                device = new Device(card.get(), new CodeCache(folder.resolve("kernels")));
                LOG.info("CUDA runs on {}", card.get());
            }
            return against;
        } catch (CudaException e) {
            return "the NVIDIA driver does not work (" + e.getMessage() + ")";
        } catch (LinkageError e) {
            LOG.warn("CUDA's libraries do not load", e);
            return "CUDA's libraries do not load (" + root(e) + ")";
        }
    }

    private static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    private synchronized void lost(String why) {
        fault = why;
    }

    @Override
    public synchronized KernelBackend create(Precision precision) {
        String against = unavailable();
        if (!against.isEmpty()) {
            throw InvalidInputException.of(
                    "backend",
                    "must be usable on this machine: " + against,
                    "'cuda'",
                    "use backend: auto");
        }
        return new CudaBackend(device, precision, this::lost);
    }

    /** {@code data/native/cuda} of the installation, or the user's where that is not writable. */
    private static Path folder() {
        String home = System.getProperty("headwater.home");
        Path own = home == null ? null : Path.of(home, "data", "native");
        if (own == null
                || !Files.isWritable(own) && !Files.isWritable(own.getParent().getParent())) {
            own = Path.of(System.getProperty("user.home"), ".cache", "headwater", "native");
        }
        return own.resolve("cuda-" + Driver.MAJOR);
    }
}
