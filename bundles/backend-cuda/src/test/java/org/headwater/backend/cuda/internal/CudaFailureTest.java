package org.headwater.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.BackendFailureException;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.kernels.rwpo.JointLayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on machines without a card, with a wrong one, and with one that fails. */
class CudaFailureTest {
    /** One kernel's worth of work. */
    private static final LayerInput IN = LayerInput.normal(40, 3, .3, 1);

    @TempDir private Path folder;

    @AfterEach
    void healthy() {
        Emulator.clearFault();
        System.clearProperty(CudaBackendProvider.CARD);
    }

    @Test
    void withoutADriverItSaysSoAndLoadsNothing() {
        CudaBackendProvider provider =
                new CudaBackendProvider(new Libraries(List.of(folder), Driver.MAJOR), folder);
        assertEquals("no NVIDIA driver was found (libcuda.so.1)", provider.unavailable());
        String message =
                assertThrows(InvalidInputException.class, () -> provider.create()).getMessage();
        assertTrue(message.contains("no NVIDIA driver was found"), message);
        assertEquals("cuda", provider.info().type());
    }

    @Test
    void withoutTheCompilerItSaysWhereToGetIt() throws Exception {
        for (String name : List.of("libcuda.so.1", "libcudart.so.12")) {
            Files.createFile(folder.resolve(name));
        }
        assertEquals(
                "libnvrtc.so.12 of CUDA 12 was not found; install the CUDA 12 toolkit or run 'pip"
                        + " install nvidia-cuda-runtime-cu12 nvidia-cuda-nvrtc-cu12', and name the"
                        + " folder in LD_LIBRARY_PATH if it is an unusual one",
                new Libraries(List.of(folder), 12).missing());
    }

    @Test
    void librariesAreLookedForWhereInstallersPutThem() throws Exception {
        Path pip = folder.resolve("lib/python3.11/site-packages/nvidia/cu13/lib");
        Path given = folder.resolve("given");
        Files.createDirectories(pip);
        Files.createDirectories(given);
        List<Path> found =
                Libraries.folders(
                        Map.of(Libraries.PATH, given.toString()),
                        Map.of("VIRTUAL_ENV", folder.toString(), "LD_LIBRARY_PATH", "/no/such"),
                        folder,
                        13);
        assertEquals(given, found.get(0));
        assertTrue(found.contains(pip), found::toString);
        Path builtins = pip.resolve("libnvrtc-builtins.so.13.0");
        List<Path> files =
                List.of(
                        given.resolve("libcuda.so.1"),
                        pip.resolve("libcudart.so.13"),
                        builtins,
                        pip.resolve("libnvrtc.so.13"));
        for (Path file : files) {
            Files.createFile(file);
        }
        Libraries libraries = new Libraries(found, 13);
        assertEquals("", libraries.missing());
        assertEquals(files, libraries.files());
    }

    @Test
    void aFileThatIsNoLibraryIsNotLoaded() throws Exception {
        int major = Driver.MAJOR;
        for (String name :
                List.of("libcuda.so.1", "libcudart.so." + major, "libnvrtc.so." + major)) {
            Files.writeString(folder.resolve(name), "no library");
        }
        String fault =
                new CudaBackendProvider(new Libraries(List.of(folder), major), folder)
                        .unavailable();
        assertTrue(fault.startsWith("CUDA's libraries do not load ("), fault);
    }

    @Test
    void cardsThatAreTooOldAndDriversToo() {
        assertEquals("", new Card(0, "NVIDIA H200", 90, 132, 2, 13000).fault(13));
        assertEquals("", new Card(0, "Tesla V100", 70, 80, 2, 12020).fault(12));
        assertEquals(
                "Tesla V100 (card 1) has compute capability 7.0, 7.5 is the least with CUDA 13;"
                        + " build Headwater with -Pcuda12",
                new Card(1, "Tesla V100", 70, 80, 2, 13000).fault(13));
        assertEquals(
                "Tesla P100 (card 0) has compute capability 6.0, 7.0 is the least with CUDA 12",
                new Card(0, "Tesla P100", 60, 56, 2, 12020).fault(12));
        assertEquals(
                "the driver of NVIDIA H100 (card 0) knows CUDA up to 12.4, this build is for CUDA"
                        + " 13; install a newer driver or build Headwater with -Pcuda12",
                new Card(0, "NVIDIA H100", 90, 132, 2, 12040).fault(13));
    }

    @Test
    void aDriverThatDoesNotStartIsNamed() {
        Path emulator = Emulator.folder();
        Emulator.fault("cuInit", 803, 0);
        assertEquals(
                "the NVIDIA driver does not work (starting the driver:"
                        + " CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)",
                new CudaBackendProvider(new Libraries(List.of(emulator), Driver.MAJOR), folder)
                        .unavailable());
    }

    @Test
    void theCardIsChosenByItsNumber() {
        Emulator.folder();
        System.setProperty(CudaBackendProvider.CARD, "1");
        String description = Emulator.provider().create().description();
        assertTrue(description.contains("Second Emulated Card (card 1)"), description);
        System.setProperty(CudaBackendProvider.CARD, "2");
        assertEquals(
                "HEADWATER_CUDA_CARD must be the number of a card, 0 to 1, got '2'",
                Emulator.provider().unavailable());
    }

    /** The second card is slow in double precision: there the CPU's linear time wins early. */
    @Test
    void manyParticlesGoWhereTheyAreSummedFaster() {
        Emulator.folder();
        System.setProperty(CudaBackendProvider.CARD, "1");
        KernelBackend backend = Emulator.provider().create(Precision.DOUBLE);
        for (int n : new int[] {90, 5000}) {
            LayerInput in = LayerInput.normal(n, 2, .3, 1);
            Ensemble x = Ensemble.zeros(n, 2);
            double[] self = new double[n];
            backend.joint(in.x(), in.kappa(), in.logZ(), x, self, LayerInput.ONE);
            boolean onCard = n < 4096;
            assertEquals(onCard, !Double.isNaN(backend.deviceMilliseconds()));
            Ensemble expected = Ensemble.zeros(n, 2);
            JointLayer.self(in.x(), in.kappa(), in.logZ(), expected, self, LayerInput.ONE);
            assertArrayEquals(expected.data(), x.data(), 1e-12);
            backend.tensorised(in.x(), in.kappas(), in.logZs(), x, new double[2], LayerInput.ONE);
            assertEquals(onCard, !Double.isNaN(backend.deviceMilliseconds()));
        }
    }

    @Test
    void withTooLittleMemoryALayerFailsAndTheNextWorks() {
        CudaBackendProvider provider = Emulator.provider();
        KernelBackend backend = provider.create(Precision.DOUBLE);
        LayerInput.Result expected = IN.by(backend);
        Emulator.fault("cuMemAlloc", 2, 0);
        // Larger than what the card holds memory for.
        LayerInput large = LayerInput.normal(90, 3, .3, 1);
        String message =
                assertThrows(BackendFailureException.class, () -> large.by(backend)).getMessage();
        assertTrue(
                message.startsWith(
                                "Emulated Card (card 0) has too little free memory for a joint layer"
                                        + " of 90 × 3 (taking ")
                        && message.endsWith("GB of memory: CUDA_ERROR_OUT_OF_MEMORY)"),
                message);
        Emulator.clearFault();
        assertEquals("", provider.unavailable());
        assertArrayEquals(expected.joint(), IN.by(backend).joint(), 0);
    }

    @Test
    void aCardThatIsLostIsNotUsedAgain() {
        CudaBackendProvider provider = Emulator.provider();
        KernelBackend backend = provider.create(Precision.DOUBLE);
        Emulator.fault("cuLaunchKernel", 719, 3);
        String message =
                assertThrows(BackendFailureException.class, () -> IN.by(backend)).getMessage();
        assertEquals(
                "Emulated Card (card 0) failed in a joint layer of 40 × 3 (starting kernel combine:"
                        + " CUDA_ERROR_LAUNCH_FAILED)",
                message);
        assertEquals(message + "; it is tried again after a restart", provider.unavailable());
    }

    @Test
    void codeIsCompiledOnceAndAgainWhenItsFileIsDamaged() throws Exception {
        Libraries libraries = Emulator.libraries();
        long before = Emulator.compilations();
        double[] joint = joint(libraries);
        assertEquals(1, Emulator.compilations() - before);
        joint(libraries);
        assertEquals(1, Emulator.compilations() - before);
        Path file;
        try (var all = Files.list(folder.resolve("kernels"))) {
            file = all.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertArrayEquals(joint, joint(libraries), 0);
        assertEquals(2, Emulator.compilations() - before);
        // Sound to the cache, but nothing that a driver takes.
        String key = file.getFileName().toString().replace(".cubin", "");
        new CodeCache(folder.resolve("kernels")).put(key, new byte[100]);
        assertArrayEquals(joint, joint(libraries), 0);
        assertEquals(3, Emulator.compilations() - before);
    }

    /** The layer by a backend that begins anew with what is on disk. */
    private double[] joint(Libraries libraries) {
        Ensemble out = Ensemble.zeros(IN.x().size(), IN.x().dimension());
        double[] self = new double[IN.x().size()];
        new CudaBackendProvider(libraries, folder)
                .create()
                .joint(IN.x(), IN.kappa(), IN.logZ(), out, self, LayerInput.ONE);
        return out.data();
    }

    @Test
    void codeIsKeptByCardDriverCompilerAndSource() {
        Card card = new Card(0, "A", 90, 132, 2, 13000);
        List<String> keys =
                List.of(
                        CodeCache.key("source", card, "13.0"),
                        CodeCache.key("Source", card, "13.0"),
                        CodeCache.key("source", card, "13.1"),
                        CodeCache.key("source", new Card(0, "B", 90, 132, 2, 13000), "13.0"),
                        CodeCache.key("source", new Card(0, "A", 90, 132, 2, 13010), "13.0"),
                        CodeCache.key("source", new Card(0, "A", 89, 132, 2, 13000), "13.0"));
        assertEquals(keys.size(), keys.stream().distinct().count());
        assertEquals(
                keys.get(0), CodeCache.key("source", new Card(1, "A", 90, 132, 2, 13000), "13.0"));
    }
}
