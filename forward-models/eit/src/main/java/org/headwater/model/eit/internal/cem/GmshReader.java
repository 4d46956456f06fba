package org.headwater.model.eit.internal.cem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.headwater.api.InvalidInputException;

/**
 * Reads meshes that Gmsh wrote as ASCII {@code .msh}, versions 2.2 and 4.1.
 *
 * <p>Source: Gmsh reference manual, chapter “Gmsh file formats” (MSH 4.1) and “Legacy formats” (MSH
 * 2).
 */
public final class GmshReader {
    private static final String KEY = "forward-model.mesh";
    private static final Pattern ELECTRODE = Pattern.compile("(?i)electrode[-_ ]?(\\d{1,6})");
    private static final int LINE = 1;
    private static final int TRIANGLE = 2;

    private final List<String> lines;
    private int at;

    /** Physical tag of a curve to its electrode's number. */
    private final Map<Integer, Integer> electrodeOfGroup = new HashMap<>();

    /** Curve of the geometry to its electrode's number; version 4 only. */
    private final Map<Integer, Integer> electrodeOfCurve = new HashMap<>();

    private final Map<Long, Integer> nodeOfTag = new HashMap<>();
    private final List<double[]> nodes = new ArrayList<>();
    private final List<long[]> triangles = new ArrayList<>();
    private final TreeMap<Integer, List<long[]>> electrodes = new TreeMap<>();

    private GmshReader(List<String> lines) {
        this.lines = lines;
    }

    /**
     * Reads 3-node triangles and the 2-node lines in the physical groups {@code electrode1}, {@code
     * electrode2}, … (or {@code electrode-1}, {@code electrode_1}; consecutive numbers from 1).
     * Other elements are ignored, as are nodes that no triangle uses. Coordinates x and y are taken
     * as metres.
     *
     * @throws InvalidInputException with the file's name and the line if the file is not such a
     *     mesh
     * @throws IOException if the file cannot be read
     */
    public static ElectrodeMesh read(Path file) throws IOException {
        try {
            // Latin-1 reads any bytes; a binary file is then refused by its header
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return new GmshReader(text.lines().toList()).read();
        } catch (InvalidInputException e) {
            throw e.inFile(file.toString());
        }
    }

    private ElectrodeMesh read() {
        boolean four = readFormat();
        Map<String, Integer> sections = sections();
        if (enter(sections, "PhysicalNames", true)) {
            readNames();
        }
        if (four && enter(sections, "Entities", true)) {
            readEntities();
        }
        enter(sections, "Nodes", true);
        if (four) {
            readNodes4();
        } else {
            readNodes2();
        }
        enter(sections, "Elements", true);
        if (four) {
            readElements4();
        } else {
            readElements2();
        }
        return build();
    }

    private boolean readFormat() {
        if (lines.isEmpty() || !lines.get(0).trim().equals("$MeshFormat")) {
            throw bad("must start with $MeshFormat", lines.isEmpty() ? null : shown(lines.get(0)));
        }
        at = 1;
        String[] format = words(3);
        if (!format[0].equals("2.2") && !format[0].equals("4.1")) {
            throw bad("must be of version 2.2 or 4.1", format[0]);
        }
        if (!format[1].equals("0")) {
            throw bad("must be ASCII (file type 0)", format[1]);
        }
        return format[0].equals("4.1");
    }

    private Map<String, Integer> sections() {
        Map<String, Integer> result = new HashMap<>();
        for (int k = 0; k < lines.size(); k++) {
            String line = lines.get(k).trim();
            if (line.startsWith("$") && !line.startsWith("$End")) {
                result.putIfAbsent(line.substring(1), k + 1);
            }
        }
        return result;
    }

    private boolean enter(Map<String, Integer> sections, String name, boolean required) {
        Integer start = sections.get(name);
        if (start == null) {
            if (required) {
                at = lines.size();
                throw bad("must have a section $" + name, null);
            }
            return false;
        }
        at = start;
        return true;
    }

    private void readNames() {
        int count = count(words(1)[0]);
        for (int k = 0; k < count; k++) {
            String line = line();
            int quote = line.indexOf('"');
            int end = line.lastIndexOf('"');
            if (quote < 0 || end <= quote) {
                throw bad("must give a quoted name for each physical group", shown(line));
            }
            String[] numbers = line.substring(0, quote).trim().split("\\s+");
            if (numbers.length != 2) {
                throw bad("must give dimension, tag and name of each physical group", shown(line));
            }
            Matcher name = ELECTRODE.matcher(line.substring(quote + 1, end));
            if (name.matches() && integer(numbers[0]) == 1) {
                int electrode = Integer.parseInt(name.group(1));
                if (electrodeOfGroup.containsValue(electrode)) {
                    throw bad("must name each electrode once", shown(line));
                }
                electrodeOfGroup.put(integer(numbers[1]), electrode);
            }
        }
    }

    /** Version 4: curves carry the physical tags. */
    private void readEntities() {
        String[] counts = words(4);
        int points = count(counts[0]);
        int curves = count(counts[1]);
        at += points;
        for (int k = 0; k < curves; k++) {
            String[] curve = words(8);
            int tags = count(curve[7]);
            if (curve.length < 8 + tags) {
                throw bad("must list " + tags + " physical tags", curve.length - 8);
            }
            for (int p = 0; p < tags; p++) {
                Integer electrode = electrodeOfGroup.get(Math.abs(integer(curve[8 + p])));
                if (electrode != null) {
                    electrodeOfCurve.put(integer(curve[0]), electrode);
                }
            }
        }
    }

    private void readNodes2() {
        int count = count(words(1)[0]);
        for (int k = 0; k < count; k++) {
            String[] node = words(4);
            addNode(tag(node[0]), number(node[1]), number(node[2]));
        }
    }

    private void readNodes4() {
        int blocks = count(words(4)[0]);
        for (int b = 0; b < blocks; b++) {
            int count = count(words(4)[3]);
            int first = at;
            if (count > lines.size() - first) {
                throw bad("must list " + count + " nodes in this block", "the end of the file");
            }
            long[] tags = new long[count];
            for (int k = 0; k < count; k++) {
                tags[k] = tag(words(1)[0]);
            }
            for (int k = 0; k < count; k++) {
                String[] node = words(3);
                addNode(tags[k], number(node[0]), number(node[1]));
            }
        }
    }

    private void addNode(long tag, double x, double y) {
        if (nodeOfTag.put(tag, nodes.size()) != null) {
            throw bad("must list each node once", tag);
        }
        nodes.add(new double[] {x, y});
    }

    private void readElements2() {
        int count = count(words(1)[0]);
        for (int k = 0; k < count; k++) {
            String[] element = words(3);
            int type = integer(element[1]);
            int tags = count(element[2]);
            if (tags < 1 || element.length < 3 + tags) {
                throw bad("must give each element's physical group", tags + " tags");
            }
            addElement(type, electrodeOfGroup.get(integer(element[3])), element, 3 + tags);
        }
    }

    private void readElements4() {
        int blocks = count(words(4)[0]);
        for (int b = 0; b < blocks; b++) {
            String[] block = words(4);
            int type = integer(block[2]);
            int count = count(block[3]);
            Integer electrode =
                    integer(block[0]) == 1 ? electrodeOfCurve.get(integer(block[1])) : null;
            for (int k = 0; k < count; k++) {
                addElement(type, electrode, words(1), 1);
            }
        }
    }

    private void addElement(int type, Integer electrode, String[] words, int first) {
        if (type == TRIANGLE) {
            triangles.add(corners(words, first, 3));
        } else if (type == LINE && electrode != null) {
            electrodes
                    .computeIfAbsent(electrode, l -> new ArrayList<>())
                    .add(corners(words, first, 2));
        }
    }

    private long[] corners(String[] words, int first, int count) {
        if (words.length != first + count) {
            throw bad("must give " + count + " nodes of this element", words.length - first);
        }
        long[] result = new long[count];
        for (int c = 0; c < count; c++) {
            result[c] = tag(words[first + c]);
            if (!nodeOfTag.containsKey(result[c])) {
                throw bad("must refer to listed nodes", result[c]);
            }
        }
        return result;
    }

    private ElectrodeMesh build() {
        at = lines.size();
        if (electrodes.isEmpty()) {
            throw bad(
                    "must have 2-node lines in physical groups electrode1, electrode2, …", "none");
        }
        int expected = 1;
        for (int electrode : electrodes.keySet()) {
            if (electrode != expected) {
                throw bad(
                        "must number its electrodes 1, 2, … without holes",
                        "electrode" + electrode + " where electrode" + expected + " should be");
            }
            expected++;
        }
        int[] renumbered = new int[nodes.size()];
        Arrays.fill(renumbered, -1);
        int[] corners = new int[3 * triangles.size()];
        double[] xy = new double[2 * nodes.size()];
        int used = 0;
        for (int t = 0; t < triangles.size(); t++) {
            for (int c = 0; c < 3; c++) {
                int node = nodeOfTag.get(triangles.get(t)[c]);
                if (renumbered[node] < 0) {
                    renumbered[node] = used;
                    xy[2 * used] = nodes.get(node)[0];
                    xy[2 * used + 1] = nodes.get(node)[1];
                    used++;
                }
                corners[3 * t + c] = renumbered[node];
            }
        }
        int[][] edges = new int[electrodes.size()][];
        for (int l = 0; l < edges.length; l++) {
            List<long[]> lines1 = electrodes.get(l + 1);
            edges[l] = new int[2 * lines1.size()];
            for (int k = 0; k < lines1.size(); k++) {
                for (int c = 0; c < 2; c++) {
                    edges[l][2 * k + c] = renumbered[nodeOfTag.get(lines1.get(k)[c])];
                }
            }
        }
        return ElectrodeMesh.of(Arrays.copyOf(xy, 2 * used), corners, edges);
    }

    private String line() {
        while (at < lines.size() && lines.get(at).isBlank()) {
            at++;
        }
        if (at >= lines.size() || lines.get(at).trim().startsWith("$End")) {
            throw bad("must have as many lines in a section as its counts say", "its end");
        }
        return lines.get(at++).trim();
    }

    private String[] words(int least) {
        String line = line();
        String[] words = line.split("\\s+");
        if (words.length < least) {
            throw bad("must have at least " + least + " numbers here", shown(line));
        }
        return words;
    }

    private int count(String word) {
        int value = integer(word);
        if (value < 0) {
            throw bad("must have counts ≥ 0", word);
        }
        return value;
    }

    private int integer(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw bad("must have an integer here", shown(word));
        }
    }

    private long tag(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw bad("must have a node's tag here", shown(word));
        }
    }

    private double number(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw bad("must have a number here", shown(word));
        }
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    private InvalidInputException bad(String rule, Object value) {
        return InvalidInputException.of(
                KEY,
                "line " + Math.max(1, Math.min(at, lines.size())) + " " + rule,
                value,
                "export it from Gmsh as ASCII .msh 4.1 or 2.2");
    }
}
