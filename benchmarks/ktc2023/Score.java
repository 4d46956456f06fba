import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Segments images of the change of conductivity and scores them as the Kuopio Tomography Challenge 2023
 * does (DOI 10.5281/zenodo.8252370).
 *
 * <p>{@code java Score.java RUN_DIR|IMAGE.csv TRUTH.csv [SEGMENTED.csv]} prints the score, and the one that
 * the challenge's own rule for images with one kind of object would give; of a run directory the posterior
 * mean of the conductivity change is taken; IMAGE is n × n, row 0 at the top, NaN outside the tank; TRUTH is 256 × 256 of 0 water, 1 resistive, 2 conductive.
 *
 * <p>Bilinear interpolation to 256², zero outside the tank; two thresholds by Otsu's criterion on a
 * histogram of 256 bins; of the three classes the largest is water, those below it are resistive, those
 * above conductive. Where water is the lowest or the highest class there is one kind of object only; the
 * challenge's example takes both other classes for it, which makes it too large, so here the image is then
 * parted anew by one threshold, again by Otsu's criterion. Score = ½(SSIM of the conductive masks + SSIM of the resistive masks), SSIM with a
 * Gaussian window of standard deviation 80 pixels, cut at 160 and normalised at the border, c₁ = 10⁻⁴, c₂
 * = 9·10⁻⁴, averaged over all pixels.
 */
final class Score {
    private static final int SIZE = 256;
    private static final int BINS = 256;
    private static final double RADIUS = 80;
    private static final int REACH = 160;
    private static final double C1 = 1e-4;
    private static final double C2 = 9e-4;

    private Score() {}

    public static void main(String[] files) throws IOException {
        if (files.length < 2) {
            System.err.println("usage: java Score.java RUN_DIR|IMAGE.csv TRUTH.csv [SEGMENTED.csv]");
            System.exit(2);
        }
        double[] truth = read(Path.of(files[1]));
        if (truth.length != SIZE * SIZE) {
            System.err.println(files[1] + " must be 256 x 256");
            System.exit(2);
        }
        Path given = Path.of(files[0]);
        Path mean = Files.isDirectory(given) ? given.resolve("images/conductivity-change-mean.csv") : given;
        if (!Files.isRegularFile(mean)) {
            System.err.println(mean + " must be an image that a finished EIT run has written");
            System.exit(2);
        }
        double[] image = resample(read(mean));
        double[] classes = segment(image, true);
        System.out.printf(
                Locale.ROOT, "%.4f %.4f%n", score(truth, classes), score(truth, segment(image, false)));
        if (files.length > 2) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < classes.length; i++) {
                text.append((int) classes[i]).append((i + 1) % SIZE == 0 ? "\n" : ",");
            }
            Files.writeString(Path.of(files[2]), text);
        }
    }

    /** The score of an image of classes. */
    static double score(double[] truth, double[] classes) {
        return (ssim(mask(truth, 2), mask(classes, 2)) + ssim(mask(truth, 1), mask(classes, 1))) / 2;
    }

    /** A square matrix, comma separated. */
    private static double[] read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        lines.removeIf(String::isBlank);
        int n = lines.size();
        double[] out = new double[n * n];
        for (int i = 0; i < n; i++) {
            String[] words = lines.get(i).split(",");
            if (words.length != n) {
                System.err.println(file + " must be square: row " + (i + 1) + " of " + n + " has " + words.length);
                System.exit(2);
            }
            for (int j = 0; j < n; j++) {
                out[i * n + j] = Double.parseDouble(words[j].trim());
            }
        }
        return out;
    }

    /** Bilinear interpolation between pixel centres, by those of them that lie in the tank. */
    static double[] resample(double[] image) {
        int n = (int) Math.round(Math.sqrt(image.length));
        double[] out = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            double y = (i + 0.5) / SIZE * n - 0.5;
            for (int j = 0; j < SIZE; j++) {
                double x = (j + 0.5) / SIZE * n - 0.5;
                double u = 2 * (i + 0.5) / SIZE - 1;
                double v = 2 * (j + 0.5) / SIZE - 1;
                double sum = 0;
                double weights = 0;
                for (int a = (int) Math.floor(y); a <= Math.floor(y) + 1; a++) {
                    for (int b = (int) Math.floor(x); b <= Math.floor(x) + 1; b++) {
                        if (a >= 0 && a < n && b >= 0 && b < n && !Double.isNaN(image[a * n + b])) {
                            double w = (1 - Math.abs(y - a)) * (1 - Math.abs(x - b));
                            sum += w * image[a * n + b];
                            weights += w;
                        }
                    }
                }
                out[i * SIZE + j] = weights > 0 && u * u + v * v <= 1 ? sum / weights : 0;
            }
        }
        return out;
    }

    /**
     * 0 water, 1 resistive, 2 conductive.
     *
     * @param again whether an image with one kind of object is parted anew by one threshold
     */
    static double[] segment(double[] image, boolean again) {
        double[] thresholds = otsu(image, 3);
        double[] classes = classes(image, thresholds);
        boolean one =
                Arrays.stream(classes).noneMatch(c -> c == 1) || Arrays.stream(classes).noneMatch(c -> c == 2);
        return again && one ? classes(image, otsu(image, 2)) : classes;
    }

    /** The largest class is water. */
    private static double[] classes(double[] image, double[] thresholds) {
        int[] counts = new int[3];
        int[] part = new int[image.length];
        for (int i = 0; i < image.length; i++) {
            part[i] = image[i] < thresholds[0] ? 0 : image[i] <= thresholds[1] ? 1 : 2;
            counts[part[i]]++;
        }
        int water = 0;
        for (int k = 1; k < 3; k++) {
            water = counts[k] > counts[water] ? k : water;
        }
        double[] out = new double[image.length];
        for (int i = 0; i < image.length; i++) {
            out[i] = part[i] < water ? 1 : part[i] > water ? 2 : 0;
        }
        return out;
    }

    /** The two thresholds of the largest variance between three classes, or twice the one between two. */
    private static double[] otsu(double[] image, int classes) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double v : image) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        double[] count = new double[BINS + 1];
        double[] moment = new double[BINS + 1];
        for (double v : image) {
            count[1 + (int) Math.min(BINS - 1, (v - low) / (high - low) * BINS)]++;
        }
        for (int k = 1; k <= BINS; k++) {
            moment[k] = moment[k - 1] + k * count[k];
            count[k] += count[k - 1];
        }
        double largest = 0;
        int[] level = {0, BINS - 1};
        for (int b = 1; b < BINS; b++) {
            for (int a = classes == 2 ? b : 1; a < b + 3 - classes; a++) {
                double between =
                        squareOverCount(moment[a], count[a])
                                + (a == b ? 0 : squareOverCount(moment[b] - moment[a], count[b] - count[a]))
                                + squareOverCount(moment[BINS] - moment[b], count[BINS] - count[b]);
                if (between >= largest) {
                    largest = between;
                    level = new int[] {a - 1, b - 1};
                }
            }
        }
        double bin = (high - low) / BINS;
        return new double[] {low + (level[0] + 0.5) * bin, low + (level[1] + 0.5) * bin};
    }

    /** A class' share of the variance between classes, up to a constant; empty classes are not allowed. */
    private static double squareOverCount(double moment, double count) {
        return count > 0 ? moment * moment / count : Double.NEGATIVE_INFINITY;
    }

    private static double[] mask(double[] classes, int which) {
        double[] out = new double[classes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.abs(classes[i] - which) < 0.1 ? 1 : 0;
        }
        return out;
    }

    /** The structural similarity of two masks, averaged over the pixels. */
    static double ssim(double[] a, double[] b) {
        double[] ma = smooth(a);
        double[] mb = smooth(b);
        double[] ab = new double[a.length];
        for (int i = 0; i < ab.length; i++) {
            ab[i] = a[i] * b[i];
        }
        double[] mab = smooth(ab);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double product = ma[i] * mb[i];
            double squares = ma[i] * ma[i] + mb[i] * mb[i];
            // The masks are 0 or 1 and so are their own squares.
            double variances = ma[i] + mb[i] - squares;
            sum += (2 * product + C1) * (2 * (mab[i] - product) + C2) / ((squares + C1) * (variances + C2));
        }
        return sum / a.length;
    }

    /** The weighted mean round every pixel; the window is a product of one along each axis. */
    private static double[] smooth(double[] image) {
        return transposedSmooth(transposedSmooth(image));
    }

    private static double[] transposedSmooth(double[] image) {
        double[] out = new double[image.length];
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                double sum = 0;
                double weights = 0;
                for (int k = Math.max(0, j - REACH); k <= Math.min(SIZE - 1, j + REACH); k++) {
                    double w = Math.exp(-0.5 * (k - j) * (k - j) / (RADIUS * RADIUS));
                    sum += w * image[i * SIZE + k];
                    weights += w;
                }
                out[j * SIZE + i] = sum / weights;
            }
        }
        return out;
    }
}
