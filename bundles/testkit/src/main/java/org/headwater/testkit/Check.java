package org.headwater.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A named part of a plug-in's contract that can be checked. */
public final class Check {
    private final String name;
    private final Body body;

    private Check(String name, Body body) {
        this.name = name;
        this.body = body;
    }

    static Check of(String name, Body body) {
        return new Check(name, body);
    }

    /** What a check does. */
    @FunctionalInterface
    interface Body {
        /**
         * Checks.
         *
         * @return what was measured, one sentence
         * @throws Violation if the contract is broken
         */
        String run() throws Exception;
    }

    /** Name, e.g. {@code prox-optimality}. */
    public String name() {
        return name;
    }

    /**
     * Runs the check on a thread of its own. Whatever the plug-in throws becomes a finding.
     *
     * @param limit how long it may take; a check that has not ended by then is left behind on its
     *     daemon thread
     */
    public Finding run(Duration limit) {
        try {
            return new Finding(name, Finding.Status.PASSED, TimeLimit.call(limit, body::run));
        } catch (Violation e) {
            return new Finding(name, Finding.Status.FAILED, e.getMessage());
        } catch (TimeoutException e) {
            return new Finding(
                    name,
                    Finding.Status.TIMED_OUT,
                    "it did not end within "
                            + TimeLimit.text(limit)
                            + " and was left behind; make every call of the plug-in end");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Finding(name, Finding.Status.NOT_RUN, "it was interrupted");
        } catch (Throwable e) {
            return new Finding(
                    name,
                    Finding.Status.FAILED,
                    "the plug-in threw "
                            + Limits.describe(e)
                            + "; only wrong settings and shapes may be answered by an exception");
        }
    }

    /**
     * Runs checks one after the other. After one that did not end the others are not run: its
     * thread may still be at work in the plug-in.
     *
     * @param listener is given each finding as it comes
     */
    public static List<Finding> runAll(
            List<Check> checks, Duration limit, Consumer<Finding> listener) {
        List<Finding> findings = new ArrayList<>();
        String stuck = null;
        for (Check check : checks) {
            Finding finding =
                    stuck == null
                            ? check.run(limit)
                            : new Finding(
                                    check.name,
                                    Finding.Status.NOT_RUN,
                                    "not run, because " + stuck + " did not end");
            if (finding.status() == Finding.Status.TIMED_OUT) {
                stuck = check.name;
            }
            findings.add(finding);
            listener.accept(finding);
        }
        return findings;
    }
}
