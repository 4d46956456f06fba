package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final List<String> told = new ArrayList<>();
    private final Failures failures = new Failures(told::add);

    @Test
    void eachKindIsToldOnce() {
        assertEquals(1, failures.add(new String[] {null, "negative", null}));
        assertEquals(2, failures.add(new String[] {"negative", "negative"}));
        assertEquals(
                List.of("the forward model failed for particle 2: negative (told once)"), told);
        assertEquals(5, failures.evaluated());
        assertEquals(3, failures.failed());
    }

    @Test
    void whatAFarSearchFailsAtIsNotToldNorCounted() {
        failures.expectedIn(() -> assertEquals(1, failures.add(new String[] {"overflow"})));
        assertThrows(
                IllegalStateException.class,
                () ->
                        failures.expectedIn(
                                () -> {
                                    throw new IllegalStateException();
                                }));
        assertEquals(List.of(), told);
        assertEquals(0, failures.evaluated());
        failures.add(new String[] {"overflow"});
        assertEquals(1, told.size());
        assertEquals(1, failures.failed());
    }
}
