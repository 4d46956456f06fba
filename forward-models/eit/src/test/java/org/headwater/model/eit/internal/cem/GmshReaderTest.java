package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same unit square in both versions: two triangles, electrodes below and above. */
class GmshReaderTest {
    private static final String VERSION_2 =
            """
            $MeshFormat
            2.2 0 8
            $EndMeshFormat
            $PhysicalNames
            3
            1 5 "electrode1"
            1 6 "electrode-2"
            2 7 "tank"
            $EndPhysicalNames
            $Nodes
            5
            1 0 0 0
            2 1 0 0
            3 1 1 0
            4 0 1 0
            9 5 5 0
            $EndNodes
            $Elements
            6
            1 15 2 0 1 1
            2 1 2 5 1 1 2
            3 1 2 0 2 2 3
            4 1 2 6 3 3 4
            5 2 2 7 1 1 2 3
            6 2 2 7 1 1 3 4
            $EndElements
            """;

    private static final String VERSION_4 =
            """
            $MeshFormat
            4.1 0 8
            $EndMeshFormat
            $PhysicalNames
            3
            1 5 "electrode1"
            1 6 "electrode-2"
            2 7 "tank"
            $EndPhysicalNames
            $Entities
            4 3 1 0
            1 0 0 0 0
            2 1 0 0 0
            3 1 1 0 0
            4 0 1 0 0
            1 0 0 0 1 0 0 1 5 2 1 -2
            2 1 0 0 1 1 0 0 2 2 -3
            3 0 1 0 1 1 0 1 6 2 3 -4
            1 0 0 0 1 1 0 1 7 3 1 2 3
            $EndEntities
            $Nodes
            2 4 1 4
            0 1 0 1
            1
            0 0 0
            1 1 0 3
            2
            3
            4
            1 0 0
            1 1 0
            0 1 0
            $EndNodes
            $Elements
            4 5 1 5
            1 1 1 1
            1 1 2
            1 2 1 1
            2 2 3
            1 3 1 1
            3 3 4
            2 1 2 2
            4 1 2 3
            5 1 3 4
            $EndElements
            """;

    @TempDir Path folder;

    @Test
    void bothVersionsGiveTheSameMesh() throws IOException {
        for (String text : new String[] {VERSION_2, VERSION_4, VERSION_4.replace("\n", "\r\n")}) {
            ElectrodeMesh mesh = read(text);
            assertArrayEquals(new double[] {0, 0, 1, 0, 1, 1, 0, 1}, mesh.nodeCoordinates());
            assertArrayEquals(new int[] {0, 1, 2, 0, 2, 3}, mesh.triangleNodes());
            assertEquals(2, mesh.electrodes());
            assertArrayEquals(new int[] {0, 1}, mesh.electrodeEdges(0));
            assertArrayEquals(new int[] {2, 3}, mesh.electrodeEdges(1));
        }
    }

    @Test
    void badFilesAreRefusedWithFileAndLine() throws IOException {
        assertRefused("line 1 must start with $MeshFormat", "", "");
        assertRefused("start with $MeshFormat", "$MeshFormat", "solid");
        assertRefused("line 2 must be of version", "2.2 0 8", "3 0 8");
        assertRefused("must be ASCII", "2.2 0 8", "2.2 1 8");
        assertRefused("section $Nodes", "$Nodes", "$Knots");
        assertRefused("line 12 must have a number", "1 0 0 0", "1 zero 0 0");
        assertRefused("as many lines", "5\n1 0 0 0", "6\n1 0 0 0");
        assertRefused("counts ≥ 0", "5\n1 0 0 0", "-1\n1 0 0 0");
        assertRefused("list each node once", "9 5 5 0", "4 5 5 0");
        assertRefused("listed nodes", "6 2 2 7 1 1 3 4", "6 2 2 7 1 1 3 8");
        assertRefused("3 nodes", "6 2 2 7 1 1 3 4", "6 2 2 7 1 1 3");
        assertRefused("quoted name", "\"electrode1\"", "electrode1");
        assertRefused("without holes", "electrode-2", "electrode-3");
        assertRefused("each electrode once", "electrode-2", "electrode1");
        assertRefused("electrode1, electrode2", "electrode", "contact");
        assertRefused("boundary edges", "4 1 2 6 3 3 4", "4 1 2 6 3 1 3");
        assertRefused("boundary edges", "4 1 2 6 3 3 4", "4 1 2 6 3 3 9");
    }

    @Test
    void trianglesMayBeInvertedButNotFlat() throws IOException {
        for (String text :
                new String[] {
                    VERSION_2.replace("1 1 2 3", "1 3 2 1"), VERSION_4.replace("4 1 2 3", "4 3 2 1")
                }) {
            ElectrodeMesh mesh = read(text);
            assertArrayEquals(new double[] {0.5, 0.5}, mesh.areas(), 1e-15);
        }
        assertRefused("triangles with an area", "3 1 1 0\n", "3 2 0 0\n");
        assertRefused4("triangles with an area", "4 1 2 3", "4 1 2 2");
    }

    @Test
    void badFilesOfVersion4AreRefusedWithFileAndLine() throws IOException {
        assertRefused4("must have a section $Entities", "$Entities", "$Things");
        assertRefused4("listed nodes", "5 1 3 4", "5 1 3 8");
        assertRefused4("as many lines", "2 1 2 2", "2 1 2 3");
        assertRefused4("in this block", "1 1 0 3", "1 1 0 300");
        assertRefused4("physical tags", "0 1 5 2 1 -2", "0 9 5 2 1 -2");
        assertRefused4("boundary edges", "3 3 4\n2 1 2 2", "3 1 3\n2 1 2 2");
        assertRefused4("electrode1, electrode2", "electrode", "contact");
    }

    private void assertRefused4(String rule, String part, String replacement) throws IOException {
        assertTrue(VERSION_4.contains(part), part);
        String text = VERSION_4.replace(part, replacement);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> read(text));
        assertEquals("forward-model.mesh", e.key());
        assertTrue(e.file().endsWith("mesh.msh"));
        assertTrue(e.rule().contains(rule), e.getMessage());
    }

    private void assertRefused(String rule, String part, String replacement) throws IOException {
        String text = part.isEmpty() ? "" : VERSION_2.replace(part, replacement);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> read(text));
        assertEquals("forward-model.mesh", e.key());
        assertTrue(e.file().endsWith("mesh.msh"));
        assertTrue(e.rule().contains(rule), e.getMessage());
    }

    private ElectrodeMesh read(String text) throws IOException {
        return GmshReader.read(Files.writeString(folder.resolve("mesh.msh"), text));
    }
}
