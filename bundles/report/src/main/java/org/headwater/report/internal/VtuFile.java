package org.headwater.report.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Map;
import org.headwater.api.Geometry;

/**
 * Writes a mesh with values on its triangles as a VTK XML UnstructuredGrid, for ParaView, VisIt,
 * meshio: arrays inline in base64, each after its length in bytes as a UInt64, little-endian.
 * Source: <a href="https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html">VTK XML
 * formats</a>.
 */
final class VtuFile {
    private static final byte TRIANGLE = 5;

    private VtuFile() {}

    /**
     * The file's text.
     *
     * @param geometry the mesh
     * @param cellData values per triangle, by name
     */
    static String of(Geometry geometry, Map<String, double[]> cellData) {
        int nodes = geometry.nodeCount();
        int cells = geometry.triangleCount();
        StringBuilder out = new StringBuilder();
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
                .append("<VTKFile type=\"UnstructuredGrid\" version=\"1.0\"")
                .append(" byte_order=\"LittleEndian\" header_type=\"UInt64\">\n")
                .append("<UnstructuredGrid>\n<Piece NumberOfPoints=\"")
                .append(nodes)
                .append("\" NumberOfCells=\"")
                .append(cells)
                .append("\">\n<Points>\n");
        ByteBuffer points = buffer(24L * nodes);
        for (int i = 0; i < nodes; i++) {
            points.putDouble(geometry.nodes()[2 * i]).putDouble(geometry.nodes()[2 * i + 1]);
            points.putDouble(0);
        }
        array(out, "Float64", "Points", 3, points);
        out.append("</Points>\n<Cells>\n");
        ByteBuffer connectivity = buffer(24L * cells);
        ByteBuffer offsets = buffer(8L * cells);
        ByteBuffer types = buffer(cells);
        for (int t = 0; t < cells; t++) {
            for (int k = 0; k < 3; k++) {
                connectivity.putLong(geometry.triangles()[3 * t + k]);
            }
            offsets.putLong(3L * (t + 1));
            types.put(TRIANGLE);
        }
        array(out, "Int64", "connectivity", 1, connectivity);
        array(out, "Int64", "offsets", 1, offsets);
        array(out, "UInt8", "types", 1, types);
        out.append("</Cells>\n<CellData>\n");
        cellData.forEach(
                (name, values) -> {
                    ByteBuffer data = buffer(8L * values.length);
                    for (double v : values) {
                        data.putDouble(v);
                    }
                    array(out, "Float64", name, 1, data);
                });
        return out.append("</CellData>\n</Piece>\n</UnstructuredGrid>\n</VTKFile>\n").toString();
    }

    /** Room for the length and so many bytes. */
    private static ByteBuffer buffer(long bytes) {
        ByteBuffer buffer =
                ByteBuffer.allocate(Math.toIntExact(8 + bytes)).order(ByteOrder.LITTLE_ENDIAN);
        return buffer.putLong(bytes);
    }

    private static void array(
            StringBuilder out, String type, String name, int components, ByteBuffer data) {
        out.append("<DataArray type=\"")
                .append(type)
                .append("\" Name=\"")
                .append(Html.escape(name))
                .append("\" NumberOfComponents=\"")
                .append(components)
                .append("\" format=\"binary\">")
                .append(Base64.getEncoder().encodeToString(data.array()))
                .append("</DataArray>\n");
    }
}
