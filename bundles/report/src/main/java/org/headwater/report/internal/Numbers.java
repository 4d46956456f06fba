package org.headwater.report.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers for people: few digits, no false precision, real minus signs. */
final class Numbers {
    private Numbers() {}

    /** A number with up to {@code digits} significant digits, an en dash for NaN. */
    static String format(double value, int digits) {
        if (Double.isNaN(value)) {
            return "–";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "∞" : "−∞";
        }
        if (value == 0) {
            return "0";
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return minus(Long.toString((long) value));
        }
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent > 5) {
            BigDecimal mantissa = rounded.scaleByPowerOfTen(-exponent);
            String power = " × 10" + superscript(exponent);
            return minus(mantissa.toPlainString()) + power;
        }
        return minus(rounded.toPlainString());
    }

    /** Four significant digits. */
    static String format(double value) {
        return format(value, 4);
    }

    /** A number with so many decimals, for columns; an en dash for NaN. */
    static String fixed(double value, int decimals) {
        if (!Double.isFinite(value) || Math.abs(value) >= 1e6) {
            return format(value, decimals + 1);
        }
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return minus(text.matches("-0\\.?0*") ? text.substring(1) : text);
    }

    /**
     * A value rounded to where its uncertainty has its second significant digit, e.g. 0.3124 for an
     * uncertainty of 0.0102.
     */
    static String roundedTo(double value, double uncertainty) {
        if (!Double.isFinite(value) || !Double.isFinite(uncertainty) || uncertainty <= 0) {
            return format(value);
        }
        int scale = 1 - (int) Math.floor(Math.log10(uncertainty));
        if (scale < 0 && Math.abs(value) < 1e6) {
            BigDecimal rounded = new BigDecimal(value).setScale(scale, RoundingMode.HALF_EVEN);
            return minus(rounded.toPlainString());
        }
        double size = Math.max(Math.abs(value), uncertainty);
        if (scale < 0 || scale > 7 || size >= 1e6) {
            int digits = scale + (int) Math.floor(Math.log10(size)) + 1;
            return format(value, Math.max(1, Math.min(digits, 15)));
        }
        return fixed(value, scale);
    }

    /** 1 h 2 min, 3.4 s, 120 ms. */
    static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return "–";
        }
        if (seconds < 1) {
            return Math.round(seconds * 1000) + " ms";
        }
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long s = Math.round(seconds);
        return s < 3600
                ? s / 60 + " min " + s % 60 + " s"
                : s / 3600 + " h " + s % 3600 / 60 + " min";
    }

    /** A number and its unit, joined by a no-break space. */
    static String withUnit(String number, String unit) {
        return unit.isEmpty() ? number : number + "\u00a0" + unit;
    }

    /** The exponent in superscript digits. */
    static String superscript(int exponent) {
        StringBuilder out = new StringBuilder();
        for (char c : Integer.toString(exponent).toCharArray()) {
            out.append(c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(c - '0'));
        }
        return out.toString();
    }

    /** The text with hyphen-minus as a minus sign. */
    static String minus(String number) {
        return number.replace('-', '−');
    }
}
