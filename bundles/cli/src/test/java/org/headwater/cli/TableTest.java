package org.headwater.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Table table = new Table();
        table.row("KIND", "TYPE");
        table.row("forward-model", "eit", "x");
        table.row("alone");
        assertEquals("KIND           TYPE\nforward-model  eit   x\nalone\n", table.toString());
    }

    @Test
    void emptyTableIsEmpty() {
        assertEquals("", new Table().toString());
    }
}
