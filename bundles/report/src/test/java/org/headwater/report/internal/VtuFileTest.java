package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.headwater.api.Geometry;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class VtuFileTest {
    private static ByteBuffer decode(Element array) {
        byte[] bytes = Base64.getDecoder().decode(array.getTextContent());
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(bytes.length - 8, buffer.getLong(), "length of the array in its header");
        return buffer;
    }

    @Test
    void readsBackAsItWasWritten() throws Exception {
        Geometry disc = Meshes.disc(0.14, 3, 0);
        double[] values = new double[disc.triangleCount()];
        Arrays.setAll(values, t -> t == 5 ? Double.NaN : Math.sqrt(t));
        String text = VtuFile.of(disc, Map.of("a<b-mean", values));
        Document xml =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals("UnstructuredGrid", xml.getDocumentElement().getAttribute("type"));
        assertEquals("LittleEndian", xml.getDocumentElement().getAttribute("byte_order"));
        assertEquals("UInt64", xml.getDocumentElement().getAttribute("header_type"));
        Element piece = (Element) xml.getElementsByTagName("Piece").item(0);
        assertEquals(disc.nodeCount() + "", piece.getAttribute("NumberOfPoints"));
        assertEquals(disc.triangleCount() + "", piece.getAttribute("NumberOfCells"));
        Map<String, Element> arrays = new HashMap<>();
        NodeList list = xml.getElementsByTagName("DataArray");
        for (int i = 0; i < list.getLength(); i++) {
            Element e = (Element) list.item(i);
            arrays.put(e.getParentNode().getNodeName() + "/" + e.getAttribute("Name"), e);
        }
        ByteBuffer points = decode(arrays.get("Points/Points"));
        for (int i = 0; i < disc.nodeCount(); i++) {
            assertEquals(disc.nodes()[2 * i], points.getDouble());
            assertEquals(disc.nodes()[2 * i + 1], points.getDouble());
            assertEquals(0, points.getDouble());
        }
        ByteBuffer connectivity = decode(arrays.get("Cells/connectivity"));
        ByteBuffer offsets = decode(arrays.get("Cells/offsets"));
        ByteBuffer types = decode(arrays.get("Cells/types"));
        for (int t = 0; t < disc.triangleCount(); t++) {
            assertEquals(3 * (t + 1), offsets.getLong());
            assertEquals(5, types.get());
            for (int k = 0; k < 3; k++) {
                assertEquals(disc.triangles()[3 * t + k], connectivity.getLong());
            }
        }
        double[] read = new double[values.length];
        decode(arrays.get("CellData/a<b-mean")).asDoubleBuffer().get(read);
        assertArrayEquals(values, read);
    }
}
