package org.headwater.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Makes the jars of plug-ins that tests drop into {@code plugins/}. */
final class PluginJars {
    /** A prior that is the L1 prior of weight 2 with something else done in each prox. */
    static final String PRIOR =
            """
            package org.acme;

            import org.headwater.api.*;

            public final class AcmeProvider implements PriorProvider {
                public PluginInfo info() {
                    return new PluginInfo("acme", "1", "A prior of a test.", SettingsSchema.of(), "");
                }

                public Prior create(Settings settings, FieldShape shape) {
                    /*CREATE*/
                    int d = shape.dimension();
                    return new Prior() {
                        public int dimension() {
                            return d;
                        }

                        public Structure structure() {
                            return Structure.GENERAL;
                        }

                        public double potential(double[] x, int offset) {
                            double sum = 0;
                            for (int j = 0; j < d; j++) {
                                sum += 2 * Math.abs(x[offset + j]);
                            }
                            return sum;
                        }

                        public void prox(Ensemble y, double t, Ensemble out) {
                            /*PROX*/
                            for (int i = 0; i < y.data().length; i++) {
                                double v = y.data()[i];
                                out.data()[i] = Math.signum(v) * Math.max(0, Math.abs(v) - 2 * t);
                            }
                        }
                    };
                }
            }
            """;

    private static final String COMPONENT =
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="org.acme.AcmeProvider">
              <service><provide interface="org.headwater.api.PriorProvider"/></service>
              <implementation class="org.acme.AcmeProvider"/>
            </scr:component>
            """;

    private PluginJars() {}

    /** The bundle of a name in the installation. */
    static Path shipped(Path home, String name) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("system"))) {
            return files.filter(f -> f.getFileName().toString().startsWith(name + "-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** A copy of a bundle with some headers of its manifest changed. */
    static Path withHeaders(Path jar, Path copy, Map<String, String> headers) throws IOException {
        try (JarFile in = new JarFile(jar.toFile())) {
            Manifest manifest = new Manifest(in.getManifest());
            headers.forEach(manifest.getMainAttributes()::putValue);
            try (OutputStream file = Files.newOutputStream(copy);
                    JarOutputStream out = new JarOutputStream(file, manifest)) {
                for (var entry : (Iterable<java.util.jar.JarEntry>) in.stream()::iterator) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new ZipEntry(entry.getName()));
                        try (InputStream content = in.getInputStream(entry)) {
                            content.transferTo(out);
                        }
                        out.closeEntry();
                    }
                }
            }
        }
        return copy;
    }

    /**
     * Compiles classes into a bundle.
     *
     * @param home the installation, whose API they use
     * @param sources source text by simple class name, in the package {@code org.acme}
     * @param headers further headers; {@code Service-Component} brings the component with it
     */
    static Path compiled(
            Path home, Path jar, Map<String, String> sources, Map<String, String> headers)
            throws IOException {
        Path work = Files.createTempDirectory(jar.toAbsolutePath().getParent(), "build");
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", work.toString()));
        arguments.add("-cp");
        arguments.add(
                shipped(home, "org.headwater.api")
                        + java.io.File.pathSeparator
                        + System.getProperty("java.class.path"));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = work.resolve(source.getKey() + ".java");
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
            throw new IllegalStateException("the plug-in of the test does not compile");
        }
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "org.acme.prior");
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Import-Package", "org.headwater.api;version=\"[1,2)\"");
        main.putValue("Service-Component", "OSGI-INF/acme.xml");
        headers.forEach(main::putValue);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new ZipEntry("OSGI-INF/acme.xml"));
            out.write(COMPONENT.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            out.closeEntry();
            try (Stream<Path> classes = Files.walk(work)) {
                for (Path c : classes.filter(f -> f.toString().endsWith(".class")).toList()) {
                    out.putNextEntry(
                            new ZipEntry(work.relativize(c).toString().replace('\\', '/')));
                    Files.copy(c, out);
                    out.closeEntry();
                }
            }
        }
        return jar;
    }

    /** The prior {@code acme}, with code put into its create and prox. */
    static Path acme(Path home, Path jar, String create, String prox) throws IOException {
        String source = PRIOR.replace("/*CREATE*/", create).replace("/*PROX*/", prox);
        return compiled(home, jar, Map.of("AcmeProvider", source), Map.of());
    }
}
