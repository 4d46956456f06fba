package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.headwater.api.Reason;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.Verdict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunReportTest {
    private static final Set<String> TANK_MAPS =
            Set.of(
                    "conductivity-mean",
                    "conductivity-sd",
                    "conductivity-width",
                    "conductivity-change-mean",
                    "conductivity-change-sd",
                    "conductivity-change-width",
                    "conductivity-change-exceedance");

    private Path base;
    private Path tank;
    private Path line;

    @BeforeAll
    void report(@TempDir Path folder) throws IOException {
        base = folder;
        Examples.main(new String[] {base.toString(), "1"});
        tank = base.resolve("tank");
        line = base.resolve("line");
    }

    private static Document parse(Path html) throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        return builder.parse(html.toFile());
    }

    private static Set<String> names(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(ending))
                    .forEach(f -> names.add(f.substring(0, f.length() - ending.length())));
            return names;
        }
    }

    @Test
    void everyFieldHasItsMaps() throws IOException {
        assertEquals(new TreeSet<>(TANK_MAPS), names(tank.resolve("images"), ".csv"));
        Set<String> pictures = new TreeSet<>(TANK_MAPS);
        pictures.addAll(List.of("fit", "convergence"));
        assertEquals(pictures, names(tank.resolve("images"), ".png"));
        assertTrue(Files.isRegularFile(tank.resolve("images/mesh.vtu")));
    }

    @Test
    void theChangesMeanIsTheFieldsMeanLessTheBackground() throws IOException {
        double[][] field = csv("conductivity-mean");
        double[][] change = csv("conductivity-change-mean");
        double[][] sd = csv("conductivity-sd");
        double[][] sameSd = csv("conductivity-change-sd");
        int inside = 0;
        for (int i = 0; i < 128; i++) {
            for (int j = 0; j < 128; j++) {
                assertEquals(field[i][j] - Examples.BACKGROUND, change[i][j], 1e-12);
                assertEquals(sd[i][j], sameSd[i][j], 1e-12);
                inside += Double.isNaN(field[i][j]) ? 0 : 1;
            }
        }
        assertEquals(Math.PI / 4 * 128 * 128, inside, 0.01 * 128 * 128);
        // the truth has its conductor at (−.45, .4) R and its resistor at (.4, −.3) R
        assertTrue(change[38][35] > 0.1);
        assertTrue(change[83][89] < -0.05);
    }

    private double[][] csv(String name) throws IOException {
        List<String> lines = Files.readAllLines(tank.resolve("images/" + name + ".csv"));
        return lines.stream()
                .map(l -> Stream.of(l.split(",")).mapToDouble(Double::parseDouble).toArray())
                .toArray(double[][]::new);
    }

    @Test
    void theNumberOfThreadsDoesNotChangeAByte() throws IOException {
        Path again = Files.createDirectories(base.resolve("again"));
        new RunReport().report(Examples.tank(again, 2));
        for (String folder : new String[] {"images", "."}) {
            try (Stream<Path> files = Files.list(tank.resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    assertArrayEquals(
                            Files.readAllBytes(file),
                            Files.readAllBytes(again.resolve(tank.relativize(file))),
                            file.toString());
                }
            }
        }
    }

    @Test
    void thePageIsWellFormedAndNeedsNothingElse() throws Exception {
        for (Path run : List.of(tank, line)) {
            Document page = parse(run.resolve("report.html"));
            assertEquals("html", page.getDocumentElement().getTagName());
            NodeList scripts = page.getElementsByTagName("script");
            assertEquals(3, scripts.getLength(), "numbers, library, drawing");
            String text = Files.readString(run.resolve("report.html"));
            for (int i = 1; i < 3; i++) {
                assertTrue(text.contains(hashOfScript(text, i)), "the policy allows script " + i);
            }
            assertFalse(text.contains("script-src 'unsafe"));
            assertEquals(0, page.getElementsByTagName("link").getLength());
            NodeList all = page.getElementsByTagName("*");
            for (int i = 0; i < all.getLength(); i++) {
                Element e = (Element) all.item(i);
                assertFalse(e.hasAttribute("href"));
                assertTrue(!e.hasAttribute("src") || e.getAttribute("src").startsWith("data:"));
            }
            String css = page.getElementsByTagName("style").item(0).getTextContent();
            assertFalse(css.contains("url(") || css.contains("@import"));
        }
    }

    /** The hash by which a browser knows the script of that number. */
    private static String hashOfScript(String page, int number) throws Exception {
        int at = -1;
        for (int i = 0; i <= number; i++) {
            at = page.indexOf("<script", at + 1);
        }
        String script = page.substring(page.indexOf('>', at) + 1, page.indexOf("</script>", at));
        byte[] hash =
                MessageDigest.getInstance("SHA-256")
                        .digest(script.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(hash);
    }

    @Test
    void plotsHoldTheNumbersOfTheRun() throws Exception {
        Document page = parse(line.resolve("report.html"));
        String json = page.getElementsByTagName("script").item(0).getTextContent();
        RunResult r = Examples.line(base.resolve("numbers"), 1);
        String mean = Float.toString((float) r.summary().get(0).mean());
        assertTrue(json.contains("\"names\":[\"" + r.summary().get(0).name() + "\""), json);
        assertTrue(json.contains("\"mean\":[" + mean + ","), json);
        int begin = json.indexOf("\"count\":[") + 9;
        String[] counts = json.substring(begin, json.indexOf(']', begin)).split(",");
        assertEquals(
                r.posterior().draws().size(), Stream.of(counts).mapToInt(Integer::parseInt).sum());
        assertTrue(json.contains("\"iteration\":[1,"), json);
    }

    @Test
    void methodsNameWhatRanAndHowToCiteIt() throws Exception {
        String text = Files.readString(tank.resolve("report.html"));
        assertTrue(text.contains("id=\"methods\""));
        assertTrue(text.contains("@misc{headwater,"));
        assertTrue(text.indexOf("What to cite") < text.indexOf("@misc{headwater"));
    }

    @Test
    void theVerdictComesBeforeThePicturesAndEveryPictureIsDescribed() throws Exception {
        String text = Files.readString(tank.resolve("report.html"));
        int verdict = text.indexOf("id=\"verdict\"");
        assertTrue(verdict > 0 && verdict < text.indexOf("<img"));
        assertTrue(text.indexOf("The flow has not quite come to rest.") < text.indexOf("<img"));
        assertTrue(text.contains("Found <b>0.0131</b>, limit <b>0.01</b>"));
        NodeList images = parse(tank.resolve("report.html")).getElementsByTagName("img");
        assertEquals(9, images.getLength());
        for (int i = 0; i < images.getLength(); i++) {
            assertTrue(((Element) images.item(i)).getAttribute("alt").length() > 30);
        }
    }

    @Test
    void headingsDoNotSkipLevels() throws Exception {
        int level = 0;
        NodeList all = parse(tank.resolve("report.html")).getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            String tag = all.item(i).getNodeName();
            if (tag.matches("h[1-6]")) {
                int next = tag.charAt(1) - '0';
                assertTrue(next <= level + 1, "from h" + level + " to " + tag);
                level = next;
            }
        }
    }

    /** The example is linear and Gaussian: χ² per datum of the mean is m − tr H on average. */
    @Test
    void aRightModelIsJudgedRight() throws IOException {
        assertTrue(Files.readString(tank.resolve("report.html")).contains("as it should be"));
        assertTrue(Files.readString(line.resolve("report.html")).contains("as it should be"));
    }

    @Test
    void aProblemWithoutFieldsGetsItsParameters() throws Exception {
        assertEquals(
                Set.of("parameters", "fit", "convergence"), names(line.resolve("images"), ".png"));
        assertTrue(names(line.resolve("images"), ".csv").isEmpty());
        String text = Files.readString(line.resolve("report.html"));
        assertTrue(text.contains(">x8</th>"), "the summary's row of a parameter");
        assertFalse(text.contains("mesh.vtu"));
    }

    @Test
    void textFromOutsideIsEscaped() throws Exception {
        Path folder = Files.createDirectories(base.resolve("hostile"));
        String hostile = "<script>alert('x')</script> & \"quotes\" \u0001";
        RunResult r = Examples.line(folder, 1);
        Reason reason =
                new Reason(Reason.Status.FAIL, hostile, hostile, Double.NaN, Double.NaN, hostile);
        new RunReport()
                .report(
                        new RunResult(
                                folder,
                                hostile,
                                hostile,
                                java.util.Map.of(hostile, java.util.Map.of(hostile, hostile)),
                                r.images(),
                                java.util.Map.of(hostile, hostile, "citations", List.of(hostile)),
                                Verdict.of(List.of(reason)),
                                r.model(),
                                r.noise(),
                                r.measured(),
                                r.posterior(),
                                r.summary(),
                                r.predictedMean(),
                                r.predictedSd(),
                                r.segments(),
                                r.steps(),
                                r.workers()));
        Document page = parse(folder.resolve("report.html"));
        assertEquals(3, page.getElementsByTagName("script").getLength());
        String title = page.getElementsByTagName("h1").item(0).getTextContent();
        assertEquals(hostile.replace('\u0001', '\ufffd'), title);
        assertTrue(page.getDocumentElement().getTextContent().contains("Do not use these results"));
    }

    @Test
    void fileNamesAreSafe() {
        assertEquals("conductivity-change", RunReport.fileName("conductivity-change"));
        assertEquals("-..-etc-x-y-", RunReport.fileName("../../etc/x y*").substring(1));
        assertFalse(RunReport.fileName("..").startsWith("."));
    }

    @Test
    void anErrorNamesThePath() throws IOException {
        Path folder = Files.createDirectories(base.resolve("blocked"));
        Files.writeString(folder.resolve("images"), "a file where the folder should be");
        IOException e =
                assertThrows(
                        IOException.class, () -> new RunReport().report(Examples.line(folder, 1)));
        assertTrue(e.getMessage().contains(folder.resolve("images").toString()));
    }

    /** A Java runtime without java.desktop cannot draw; all else must be written. */
    @Test
    void withoutAwtTheReportGoesWithoutPictures() throws Exception {
        Path folder = base.resolve("bare");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--limit-modules", "java.base"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(Examples.class.getName(), folder.toString(), "1"));
        Path log = base.resolve("bare.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertEquals(0, process.waitFor(), () -> log + ": " + read(log));
        assertTrue(names(folder.resolve("tank/images"), ".png").isEmpty());
        String text = Files.readString(folder.resolve("tank/report.html"));
        assertTrue(text.contains("The pictures are missing because"));
        assertArrayEquals(
                Files.readAllBytes(tank.resolve("images/conductivity-mean.csv")),
                Files.readAllBytes(folder.resolve("tank/images/conductivity-mean.csv")));
        assertEquals(
                1,
                parse(folder.resolve("tank/report.html")).getElementsByTagName("h1").getLength());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
