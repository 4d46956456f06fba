package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;

/**
 * Draws on disk: the group {@code posterior} of a run's {@code posterior.zarr}, one array (chain,
 * draw, …) for each parameter block, and the log density in {@code sample_stats}. It grows by whole
 * chunks along the draws, so that a reader meets complete chunks only, whenever the process ends.
 * What is in memory does not depend on the number of draws.
 */
final class DrawStore implements Draws {
    /** The name of the store in a run directory. */
    static final String NAME = "posterior.zarr";

    /** The group that holds the draws. */
    static final String POSTERIOR = "posterior";

    /** The group that holds what is known of each draw. */
    static final String SAMPLE_STATS = "sample_stats";

    static final String CHAIN = "chain";
    static final String DRAW = "draw";
    private static final String LOG_DENSITY = "lp";

    /** Numbers in a chunk, if a draw of all chains has no more: 8 MiB. */
    static final int CHUNK = 1 << 20;

    /** Numbers held at once when columns are read: 32 MiB. */
    private static final int COLUMNS = 1 << 22;

    /** Numbers read from a file at once. */
    private static final int BUFFER = 1 << 16;

    /** The group that holds draws of the prior. */
    static final String PRIOR = "prior";

    private final Path root;
    private final String groupName;
    private final Map<String, ?> attributes;
    private final List<ParameterBlock> blocks;
    private final int[] begins;
    private final int chains;
    private int chunkLength;
    private int length;
    private boolean hasDensity;

    private double[] columns = new double[0];
    private int firstColumn;
    private int endColumn;

    private DrawStore(
            Path root,
            String groupName,
            Map<String, ?> attributes,
            List<ParameterBlock> blocks,
            int chains) {
        this.root = root;
        this.groupName = groupName;
        this.attributes = attributes;
        this.blocks = blocks;
        this.chains = chains;
        this.begins = new int[blocks.size() + 1];
        for (int b = 0; b < blocks.size(); b++) {
            begins[b + 1] = begins[b] + blocks.get(b).size();
        }
    }

    /**
     * A store to be written; what a broken run left in its place is overwritten chunk by chunk.
     *
     * @param root the folder posterior.zarr
     * @param attributes of the store and its groups
     */
    static DrawStore write(
            Path root, Map<String, ?> attributes, List<ParameterBlock> blocks, int chains) {
        return new DrawStore(root, POSTERIOR, attributes, blocks, chains);
    }

    /** Writes independent draws of the prior into the same store. */
    static void writePrior(
            Path root, Map<String, ?> attributes, List<ParameterBlock> blocks, Ensemble draws)
            throws IOException {
        DrawStore store = new DrawStore(root, PRIOR, attributes, blocks, 1);
        store.appendAll(draws);
        store.finish();
    }

    /** A store that was written, as far as its description says. */
    static DrawStore open(Path root, List<ParameterBlock> blocks) throws IOException {
        Map<String, Object> array =
                ZarrGroup.description(root.resolve(POSTERIOR).resolve(name(blocks.get(0))));
        List<?> shape = (List<?>) array.get("shape");
        DrawStore store = new DrawStore(root, POSTERIOR, Map.of(), blocks, number(shape.get(0)));
        store.length = number(shape.get(1));
        store.chunkLength = number(((List<?>) array.get("chunks")).get(1));
        return store;
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    /** The draws of each chain that make a chunk of so many numbers. */
    static int chunkLength(int numbers, int chains, int dimension) {
        return (int) Math.max(1, numbers / Math.max(1, (long) chains * dimension));
    }

    /** Says that the store begins with so many draws of each chain that are there already. */
    DrawStore after(int draws) throws IOException {
        if (draws > 0) {
            DrawStore before = open(root, blocks);
            length = draws;
            chunkLength = before.chunkLength;
            hasDensity = true;
        }
        return this;
    }

    /** Appends draws chunk by chunk. */
    void appendAll(Ensemble draws) throws IOException {
        int n = draws.size() / chains;
        int d = draws.dimension();
        int most = Math.min(n, chunkLength(CHUNK, chains, d));
        for (int s = 0; s < n; s += most) {
            int rows = Math.min(most, n - s);
            Ensemble piece = Ensemble.zeros(chains * rows, d);
            for (int c = 0; c < chains; c++) {
                System.arraycopy(
                        draws.data(), (c * n + s) * d, piece.data(), c * rows * d, rows * d);
            }
            append(piece, null);
        }
    }

    /**
     * Appends draws.
     *
     * @param draws chain after chain; as many of each as the chunks before have, or fewer in the
     *     last chunk
     * @param logDensity one value per draw, or null if it is not known
     */
    void append(Ensemble draws, double[] logDensity) throws IOException {
        int n = draws.size() / chains;
        if (length == 0) {
            chunkLength = n;
        }
        if (length % chunkLength != 0 || n > chunkLength) {
            throw new IllegalStateException("the last chunk has been written");
        }
        int k = length / chunkLength;
        hasDensity = logDensity != null;
        ZarrGroup top = ZarrGroup.create(root, attributes);
        ZarrGroup group = top.group(groupName, attributes);
        for (int b = 0; b < blocks.size(); b++) {
            double[] values = padding(blocks.get(b).size());
            for (int i = 0; i < draws.size(); i++) {
                System.arraycopy(
                        draws.data(),
                        draws.offset(i) + begins[b],
                        values,
                        (i / n * chunkLength + i % n) * blocks.get(b).size(),
                        blocks.get(b).size());
            }
            int rank = shape(blocks.get(b), n).length;
            group.chunk(name(blocks.get(b)), bytes(values), rank, 1, k);
        }
        if (hasDensity) {
            double[] values = padding(1);
            for (int i = 0; i < draws.size(); i++) {
                values[i / n * chunkLength + i % n] = logDensity[i];
            }
            top.group(SAMPLE_STATS, attributes).chunk(LOG_DENSITY, bytes(values), 2, 1, k);
        }
        length += n;
        describe(top, group);
        top.force();
    }

    private double[] padding(int width) {
        double[] values = new double[chains * chunkLength * width];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private static ByteBuffer bytes(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return bytes;
    }

    /** Says how many draws there are, after they have been written. */
    private void describe(ZarrGroup top, ZarrGroup group) throws IOException {
        for (ParameterBlock block : blocks) {
            Map<String, Object> own = new TreeMap<>();
            if (!block.unit().isEmpty()) {
                own.put("units", block.unit());
            }
            if (block.shape().sizes().length > 1) {
                own.put("coordinates", nameCoordinate(block));
            }
            own.put("role", block.isField() ? "field" : "nuisance");
            group.describe(
                    name(block),
                    shape(block, length),
                    shape(block, chunkLength),
                    dimensions(block),
                    own);
        }
        if (hasDensity) {
            top.group(SAMPLE_STATS, attributes)
                    .describe(
                            LOG_DENSITY,
                            new int[] {chains, length},
                            new int[] {chains, chunkLength},
                            List.of(CHAIN, DRAW),
                            Map.of("long_name", "log posterior density up to a constant"));
        }
    }

    /** Writes the coordinates, once all draws are there. */
    void finish() throws IOException {
        ZarrGroup top = ZarrGroup.create(root, attributes);
        ZarrGroup group = top.group(groupName, attributes);
        coordinates(group);
        for (ParameterBlock block : blocks) {
            names(group, block);
        }
        if (hasDensity) {
            coordinates(top.group(SAMPLE_STATS, attributes));
        }
        top.force();
        removeChunks();
    }

    /** Removes chunks of a broken run that had gone further than this one does. */
    private void removeChunks() throws IOException {
        int k = (length + chunkLength - 1) / chunkLength;
        boolean found = true;
        while (found) {
            found =
                    groupName.equals(POSTERIOR)
                            && Files.deleteIfExists(
                                    ZarrGroup.chunkFile(
                                            root.resolve(SAMPLE_STATS).resolve(LOG_DENSITY),
                                            2,
                                            1,
                                            k));
            for (int b = 0; b < blocks.size(); b++) {
                found |= Files.deleteIfExists(chunkFile(b, k));
            }
            k++;
        }
    }

    private void coordinates(ZarrGroup group) throws IOException {
        group.put(
                CHAIN, IntStream.range(0, chains).asLongStream().toArray(), List.of(CHAIN), chains);
        group.put(DRAW, IntStream.range(0, length).asLongStream().toArray(), List.of(DRAW), length);
    }

    /** The names of a block's parameters, as a coordinate; of images beside rows and columns. */
    static void names(ZarrGroup group, ParameterBlock block) throws IOException {
        List<String> dimensions = parameterDimensions(block);
        group.put(nameCoordinate(block), block.parameters(), dimensions, block.shape().sizes());
    }

    private static String nameCoordinate(ParameterBlock block) {
        List<String> dimensions = parameterDimensions(block);
        return dimensions.size() == 1 ? dimensions.get(0) : name(block) + "_name";
    }

    /** The name of a block's array: its own, as Python can have it. */
    static String name(ParameterBlock block) {
        return block.name().replaceAll("[^A-Za-z0-9_]", "_");
    }

    /** The dimensions of a block's parameters. */
    static List<String> parameterDimensions(ParameterBlock block) {
        FieldShape shape = block.shape();
        String name = name(block);
        return switch (shape.sizes().length) {
            case 1 -> List.of(name + (shape.mesh().isPresent() ? "_triangle" : "_parameter"));
            case 2 -> List.of(name + "_row", name + "_column");
            default ->
                    IntStream.range(0, shape.sizes().length)
                            .mapToObj(i -> name + "_axis_" + i)
                            .toList();
        };
    }

    private static List<String> dimensions(ParameterBlock block) {
        List<String> all = new ArrayList<>(List.of(CHAIN, DRAW));
        all.addAll(parameterDimensions(block));
        return all;
    }

    private int[] shape(ParameterBlock block, int draws) {
        return IntStream.concat(IntStream.of(chains, draws), IntStream.of(block.shape().sizes()))
                .toArray();
    }

    @Override
    public int chains() {
        return chains;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int dimension() {
        return begins[blocks.size()];
    }

    @Override
    public void column(int j, double[] out) {
        if (j < firstColumn || j >= endColumn) {
            readColumns(j);
        }
        System.arraycopy(columns, (j - firstColumn) * size(), out, 0, size());
    }

    /** Reads column j and those after it in its block, as many as may be held. */
    private void readColumns(int j) {
        int b = block(j);
        int count = Math.max(1, Math.min(begins[b + 1] - j, COLUMNS / Math.max(1, size())));
        if (columns.length < count * size()) {
            columns = new double[count * size()];
        }
        firstColumn = j;
        endColumn = j + count;
        int width = begins[b + 1] - begins[b];
        int atOnce = count == width ? Math.max(1, BUFFER / width) : 1;
        double[] read = new double[atOnce * count];
        visit(
                b,
                0,
                size(),
                atOnce,
                (file, offset, from, rows) -> {
                    read(file, offset + 8L * (j - begins[b]), read, rows * count);
                    for (int r = 0; r < rows; r++) {
                        for (int i = 0; i < count; i++) {
                            columns[i * size() + from + r] = read[r * count + i];
                        }
                    }
                });
    }

    @Override
    public void rows(int from, int count, double[] out) {
        int d = dimension();
        for (int b = 0; b < blocks.size(); b++) {
            int begin = begins[b];
            int width = begins[b + 1] - begin;
            int atOnce = Math.max(1, BUFFER / width);
            double[] read = new double[Math.min(atOnce, count) * width];
            visit(
                    b,
                    from,
                    count,
                    atOnce,
                    (file, offset, first, rows) -> {
                        read(file, offset, read, rows * width);
                        for (int r = 0; r < rows; r++) {
                            int to = (first + r - from) * d + begin;
                            System.arraycopy(read, r * width, out, to, width);
                        }
                    });
        }
    }

    /** Is shown rows of a block that follow one another in a file. */
    private interface Rows {
        /** Rows from one number on, which begin at an offset. */
        void at(FileChannel file, long offset, int from, int rows) throws IOException;
    }

    /** Goes through some draws of a block in their order, at most so many at once. */
    private void visit(int b, int from, int count, int atOnce, Rows visitor) {
        FileChannel file = null;
        int opened = -1;
        try {
            int rows;
            for (int draw = from; draw < from + count; draw += rows) {
                int s = draw % length;
                int k = s / chunkLength;
                int inChunk = Math.min(chunkLength, length - k * chunkLength) - s % chunkLength;
                rows = Math.min(Math.min(inChunk, atOnce), from + count - draw);
                if (k != opened) {
                    if (file != null) {
                        file.close();
                    }
                    file = FileChannel.open(chunkFile(b, k));
                    opened = k;
                }
                long row = (long) draw / length * chunkLength + s % chunkLength;
                visitor.at(file, 8 * row * (begins[b + 1] - begins[b]), draw, rows);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            close(file);
        }
    }

    private static void close(FileChannel file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int block(int j) {
        int b = 0;
        while (begins[b + 1] <= j) {
            b++;
        }
        return b;
    }

    private Path chunkFile(int b, int k) {
        ParameterBlock block = blocks.get(b);
        return ZarrGroup.chunkFile(
                root.resolve(groupName).resolve(name(block)), shape(block, 0).length, 1, k);
    }

    private static void read(FileChannel file, long position, double[] out, int count)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 * count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("a chunk of the draws ends too early");
            }
        }
        bytes.flip().asDoubleBuffer().get(out, 0, count);
    }
}
