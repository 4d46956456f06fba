package org.headwater.backend.cuda.internal;

/**
 * Which kernel computes a layer's sums, and on what grid. Depends on the layer's size and the
 * card's multiprocessors only, and so do the results.
 *
 * @param source the kernel's text
 * @param kernel its name
 * @param gridX blocks in the first direction
 * @param slots partial sums of each point, the grid's second direction
 * @param slices the grid's third direction where groups do not take it
 * @param threads of a block
 * @param extent keys of a slot, or tiles of a region
 * @param batch groups at a time
 * @param partBytes memory for the partial sums of a batch
 */
record Plan(
        Source source,
        String kernel,
        int gridX,
        int slots,
        int slices,
        int threads,
        int extent,
        int batch,
        long partBytes) {
    /** What partial sums may take. */
    static final long MOST_PART_BYTES = 1L << 29;

    /** Keys up to which single-precision sums go before they are added up in double precision. */
    private static final int SINGLE_KEYS = 4096;

    /** The same where a query's sum is not taken tile by tile. */
    private static final int PANEL_KEYS = 1024;

    /** Blocks per multiprocessor that keep it busy. */
    private static final int BUSY = 8;

    private static final int PANEL_POINTS = 64;

    /** Particles from which a thread has more than one query. */
    private static final int MANY = 16384;

    /**
     * A plan.
     *
     * @param n points
     * @param dims coordinates of a point
     * @param groups independent softmaxes of them
     * @param single in single precision
     * @param online with a maximum per query
     */
    static Plan of(int n, int dims, int groups, boolean single, boolean online, int processors) {
        int size = single ? Float.BYTES : Double.BYTES;
        boolean few = dims <= (single ? Source.MOST_ROW_DIMENSION : Source.MOST_PAIR_DIMENSION);
        if (!single && !online && few) {
            Plan plan = pairs(n, dims, groups, processors);
            if (plan.partBytes <= MOST_PART_BYTES) {
                return plan;
            }
        }
        long wanted = (long) BUSY * processors;
        long slotBytes = (1L + dims + (online ? 1 : 0)) * n * size;
        int threads;
        int gridX;
        int grain;
        int most;
        int slices = 1;
        Source source;
        if (few) {
            int rows = n < MANY ? 1 : dims <= 2 ? 4 : dims <= 8 ? 2 : 1;
            if (!single) {
                rows = Math.min(rows, dims <= 2 ? 2 : 1);
            }
            source = Source.rows(single, online, dims, rows);
            threads = Source.ROW_THREADS;
            gridX = over(n, threads * rows);
            grain = Source.ROW_TILE;
            most = single ? SINGLE_KEYS : n;
        } else {
            int width = dims <= 16 ? 16 : dims <= 32 ? 32 : dims <= 64 ? 64 : 128;
            source = Source.panel(single, online, width);
            slices = over(dims, width);
            threads = 256;
            gridX = over(n, PANEL_POINTS);
            grain = PANEL_POINTS;
            most = single ? PANEL_KEYS : n;
        }
        long blocks = (long) gridX * slices * groups;
        long slots = Math.max(over(n, most), (wanted + blocks - 1) / blocks);
        slots = Math.max(1, Math.min(Math.min(slots, over(n, grain)), MOST_PART_BYTES / slotBytes));
        int extent = over(over(n, (int) slots), grain) * grain;
        int used = over(n, extent);
        int batch = batch(groups, used * slotBytes);
        return new Plan(
                source,
                few ? "rows" : "panel",
                gridX,
                used,
                slices,
                threads,
                extent,
                batch,
                batch * used * slotBytes);
    }

    /** Regions as large as leaves all multiprocessors something to do. */
    private static Plan pairs(int n, int dims, int groups, int processors) {
        int side = Source.pairSide(dims);
        int tiles = Source.MOST_TILES;
        while (tiles > 1) {
            long regions = over(n, tiles * side);
            if (regions * (regions + 1) / 2 * groups >= (long) BUSY * processors) {
                break;
            }
            tiles /= 2;
        }
        int regions = over(n, tiles * side);
        long groupBytes = (1L + dims) * n * Double.BYTES * regions;
        int batch = batch(groups, groupBytes);
        return new Plan(
                Source.pairs(dims),
                "pairs",
                regions,
                regions,
                1,
                256,
                tiles,
                batch,
                batch * groupBytes);
    }

    private static int batch(int groups, long groupBytes) {
        long most = Math.max(1, MOST_PART_BYTES / groupBytes);
        return (int) Math.min(Math.min(groups, Device.MOST_BLOCKS), most);
    }

    /** a/b rounded up. */
    static int over(int a, int b) {
        return (int) (((long) a + b - 1) / b);
    }
}
