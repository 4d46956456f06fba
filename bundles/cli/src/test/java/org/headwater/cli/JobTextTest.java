package org.headwater.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTextTest {
    @Test
    void durationsAreRoundedToWhatPeopleSay() {
        assertEquals("0 s", JobText.duration(Duration.ofMillis(-3)));
        assertEquals("59 s", JobText.duration(Duration.ofMillis(59_400)));
        assertEquals("1 min 0 s", JobText.duration(Duration.ofMillis(59_600)));
        assertEquals("2 h 5 min", JobText.duration(Duration.ofMinutes(125)));
    }

    @Test
    void stepLeavesOutWhatItDoesNotHave() {
        assertEquals(
                "3/10  residual 0.012",
                JobText.step(new StepInfo(3, 0.0123, Double.NaN, 0, Map.of()), 10));
    }

    @Test
    void verdictShowsReasonValueLimitAndRemedy() {
        Reason warn =
                new Reason(Reason.Status.WARN, "misfit-high", "too far", 3.5, 2, "check the noise");
        Reason fail = new Reason(Reason.Status.FAIL, "lost", "gone", Double.NaN, Double.NaN, "");
        Reason note = new Reason(Reason.Status.PASS, "said", "by the way", Double.NaN, 1, "");
        assertEquals(
                "verdict: FAIL\n  FAIL lost: gone\n"
                        + "  WARN misfit-high: too far (3.50, limit 2.00)\n"
                        + "    check the noise\n  NOTE said: by the way",
                JobText.verdict(Verdict.of(List.of(note, warn, fail))),
                "the worst first, notes last");
    }

    /** The shell itself is the judge. */
    @ParameterizedTest
    @ValueSource(strings = {"plain", "two words", "it's", "$HOME", "a;b", "*", "\\", "ä\"b"})
    @DisabledOnOs(OS.WINDOWS)
    void quotedWordsAreReadBackByTheShell(String word) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", "printf %s " + JobText.quoted(word)).start();
        assertEquals(
                word, new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
}
