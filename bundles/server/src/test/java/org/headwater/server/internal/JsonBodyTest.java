package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** JSON that is read, and what is said of JSON that is not. */
class JsonBodyTest {
    @Test
    void objectKeepsOrderAndKindsOfNumbers() {
        Map<String, Object> read =
                JsonBody.object("{\"b\": 1, \"a\": [1.5, true, null, {\"c\": \"d\"}]}\n");
        assertEquals(List.of("b", "a"), List.copyOf(read.keySet()));
        assertEquals(1L, read.get("b"));
        assertEquals(Arrays.asList(1.5, true, null, Map.of("c", "d")), read.get("a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "{'a': 1,~ 'a': 2};once: line 2, column 5;'a':",
                "{'a': {'b': 1,~'b': 2}};once: line 2, column 4;'b':",
                "{'a': 1,~ b: 2};object: line 2, column 3;b:",
                "{'a': nope};object: line 1, column 7;{'a': n",
                "{'a': 1} {};object: line 1, column 11;{'a': 1} {}",
                "[1, 2];must be a JSON object;[1, 2]",
                "{'a': [1,~ 2;too early, at line 2, column 3;",
                "{'a':~~;too early, at line 3, column 1;",
                "{'a': 1e999};object: line 1, column 12;{'a': 1e999}"
            })
    void faultHasAPlace(String text, String rule, String value) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> JsonBody.object(text.replace('\'', '"').replace('~', '\n')));
        assertTrue(e.rule().endsWith(rule), e::getMessage);
        assertEquals(value, e.value() == null ? null : e.value().replace('"', '\''));
        assertEquals(400, ApiException.invalid(e).status());
    }

    @Test
    void depthIsBounded() {
        String deep = "{\"a\":" + "[".repeat(29) + "]".repeat(29) + "}";
        JsonBody.object(deep);
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> JsonBody.object("{\"a\":" + "[".repeat(50_000)));
        assertTrue(e.rule().contains("30 levels: line 1, column 3"), e::getMessage);
    }

    @Test
    void emptyBodyEndsTooEarly() {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> JsonBody.object(""));
        assertTrue(e.rule().endsWith("at line 1, column 1"), e::getMessage);
    }
}
