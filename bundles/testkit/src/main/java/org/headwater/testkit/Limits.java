package org.headwater.testkit;

import java.util.Locale;
import java.util.concurrent.Callable;
import org.headwater.api.InvalidInputException;

/** What checks measure, and against what. */
final class Limits {
    private Limits() {}

    /** Requires value ≤ limit; NaN is never within a limit. */
    static String atMost(String what, double value, double limit, String remedy) {
        String measured = what + " is " + number(value) + ", at most " + number(limit) + " allowed";
        if (!(value <= limit)) {
            throw new Violation(measured + "; " + remedy);
        }
        return measured;
    }

    /** Requires a statement to hold. */
    static void require(boolean holds, String otherwise, String remedy) {
        if (!holds) {
            throw new Violation(otherwise + "; " + remedy);
        }
    }

    /** Requires two arrays to be the same to the last bit; NaN equals NaN. */
    static void sameBytes(String what, double[] expected, double[] found, String remedy) {
        require(
                expected.length == found.length,
                what + " gave " + found.length + " numbers instead of " + expected.length,
                remedy);
        for (int i = 0; i < expected.length; i++) {
            if (Double.doubleToLongBits(expected[i]) != Double.doubleToLongBits(found[i])) {
                throw new Violation(
                        what
                                + " gave "
                                + found[i]
                                + " instead of "
                                + expected[i]
                                + " at index "
                                + i
                                + "; "
                                + remedy);
            }
        }
    }

    /** Requires something to be refused with an {@link InvalidInputException}. */
    static void refused(String what, Callable<?> work) throws Exception {
        try {
            work.call();
        } catch (InvalidInputException e) {
            return;
        } catch (RuntimeException | LinkageError e) {
            throw new Violation(
                    what
                            + " was answered by "
                            + describe(e)
                            + "; throw an InvalidInputException with key, rule, value and remedy");
        }
        throw new Violation(
                what + " was accepted; refuse it with an InvalidInputException in create");
    }

    static boolean finite(double[] x) {
        for (double v : x) {
            if (!Double.isFinite(v)) {
                return false;
            }
        }
        return true;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    static double largest(double[] a) {
        double max = 0;
        for (double v : a) {
            max = Math.max(max, Math.abs(v));
        }
        return max;
    }

    static String describe(Throwable e) {
        String message = e.getMessage();
        String name = e.getClass().getSimpleName();
        return message == null || message.isBlank()
                ? name
                : name + " (" + message.replace('\n', ' ') + ")";
    }

    static String number(double x) {
        if (x == Math.rint(x) && Math.abs(x) < 1e6) {
            return Long.toString((long) x);
        }
        return String.format(Locale.ROOT, "%.3g", x);
    }
}
