package org.headwater.report.internal;

import java.awt.Color;
import java.util.List;

/**
 * A colour map in which equal steps of the value look like equal steps: 256 colours for values in
 * [0, 1].
 */
final class ColourMap {
    private static final int SIZE = 256;

    /** Lightness of the light and the dark end of the maps made here. */
    private static final double LIGHT = 0.97;

    private static final double DARK = 0.36;

    private final int[] rgb;

    private ColourMap(int[] rgb) {
        this.rgb = rgb;
    }

    /** matplotlib's viridis (CC0): for values without a centre. */
    static ColourMap viridis() {
        List<String> lines = Resource.lines("viridis.txt");
        int[] rgb = lines.stream().mapToInt(line -> Integer.parseInt(line, 16)).toArray();
        return new ColourMap(rgb);
    }

    /**
     * Blue through near-white to red, for changes about a neutral value in the middle: lightness in
     * OKLab (Ottosson, https://bottosson.github.io/posts/oklab) is linear in the distance from the
     * middle, both sides alike, hue is constant on each side.
     */
    static ColourMap diverging() {
        int[] rgb = new int[SIZE + 1];
        for (int i = 0; i <= SIZE; i++) {
            double t = 2.0 * i / SIZE - 1;
            rgb[i] = ramp(Math.abs(t), t < 0 ? 252 : 35, 0.15);
        }
        return new ColourMap(rgb);
    }

    /** Near-white to dark violet, with lightness linear in OKLab: for uncertainties. */
    static ColourMap uncertainty() {
        int[] rgb = new int[SIZE];
        for (int i = 0; i < SIZE; i++) {
            rgb[i] = ramp(i / (SIZE - 1.0), 300, 0.16);
        }
        return new ColourMap(rgb);
    }

    /** The colour of a value, clamped to [0, 1], as 0xRRGGBB. */
    int rgb(double value) {
        long index = Math.round(value * (rgb.length - 1));
        return rgb[(int) Math.max(0, Math.min(rgb.length - 1, index))];
    }

    /** The colour of a value, clamped to [0, 1]. */
    Color colour(double value) {
        return new Color(rgb(value));
    }

    /** Strength 0 (light) to 1 (dark) in a hue; chroma gives way where sRGB cannot show it. */
    private static int ramp(double strength, double hueDegrees, double chroma) {
        double lightness = LIGHT + strength * (DARK - LIGHT);
        double hue = Math.toRadians(hueDegrees);
        double c = chroma * Math.sin(0.8 * Math.PI * strength);
        double[] linear = linear(lightness, c * Math.cos(hue), c * Math.sin(hue));
        while (!shows(linear)) {
            c *= 0.98;
            linear = linear(lightness, c * Math.cos(hue), c * Math.sin(hue));
        }
        int out = 0;
        for (double channel : linear) {
            out = out << 8 | (int) Math.round(255 * gamma(channel));
        }
        return out;
    }

    private static boolean shows(double[] linear) {
        for (double c : linear) {
            if (c < -1e-6 || c > 1 + 1e-6) {
                return false;
            }
        }
        return true;
    }

    /** OKLab to linear sRGB, with Ottosson's constants. */
    private static double[] linear(double lightness, double a, double b) {
        double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
        double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
        double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
        return new double[] {
            4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
            -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s
        };
    }

    private static double cube(double x) {
        return x * x * x;
    }

    private static double gamma(double linear) {
        double c = Math.max(0, Math.min(1, linear));
        return c <= 0.0031308 ? 12.92 * c : 1.055 * StrictMath.pow(c, 1 / 2.4) - 0.055;
    }
}
