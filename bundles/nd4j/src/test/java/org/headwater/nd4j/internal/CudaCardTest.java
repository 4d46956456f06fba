package org.headwater.nd4j.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which cards the natives are let near; the answers are nvidia-smi's. */
class CudaCardTest {
    @Test
    void voltaToAdaAreUsed() {
        for (String card :
                List.of(
                        "Tesla K80, 3.7, 510.47.03",
                        "Tesla V100-SXM2-16GB, 7.0, 525.60.13",
                        "NVIDIA A100-SXM4-40GB, 8.0, 550.54.15",
                        "NVIDIA GeForce RTX 4090, 8.9, 560.35.03")) {
            assertEquals("", CudaCard.cardFault(card + "\n"));
        }
    }

    @Test
    void othersAreNamedWithTheirReason() {
        String hopper = CudaCard.cardFault("NVIDIA H200, 9.0, 570.86.15\n");
        assertTrue(hopper.startsWith("NVIDIA H200 has compute capability 9.0"), hopper);
        String kepler = CudaCard.cardFault("Tesla K40c, 3.5, 510.47.03\n");
        assertTrue(kepler.contains("3.5"), kepler);
        String driver = CudaCard.cardFault("Tesla T4, 7.5, 470.256.02\n");
        assertTrue(driver.contains("needs driver 510 or newer, found 470.256.02"), driver);
        assertTrue(CudaCard.cardFault(null).contains("no NVIDIA card"));
        assertTrue(CudaCard.cardFault("No devices were found").contains("No devices were found"));
    }

    @Test
    void missingLibraryIsNamed(@TempDir Path folder) throws Exception {
        for (String library :
                List.of(
                        "libcudart.so.11.0",
                        "libcublas.so.11",
                        "libcublasLt.so.11",
                        "libcusolver.so.11",
                        "libcusolverMg.so.11")) {
            Files.createFile(folder.resolve(library));
        }
        assertTrue(CudaCard.libraryFault(List.of(folder)).startsWith("libcusparse.so.11 "));
        Files.createFile(folder.resolve("libcusparse.so.11"));
        assertEquals("", CudaCard.libraryFault(List.of(folder)));
    }
}
