package org.headwater.release;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Finds out what software of others the assembled distribution holds, and writes its bill of
 * materials ({@code sbom.cdx.json}, CycloneDX), {@code THIRD-PARTY.txt} and the licences' texts.
 *
 * <p>What could be there is taken from the bills of materials that {@code cyclonedx-maven-plugin}
 * makes of each module. What <em>is</em> there is looked up in the jars: a jar of others by its
 * SHA-256; a library taken into a bundle of ours by files of the same name, size and checksum. A
 * file of ours that belongs to nobody known, a component without a licence or with one that is not
 * in {@code licences.json}, ends the build. Only what sits inside the jars of others (natives,
 * shaded classes) is written down by hand, in {@code inside.json}.
 */
public final class ThirdParty {
    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** Where web artefacts have their files, and bundles that take them in. */
    private static final String RESOURCES = "META-INF/resources/";

    private static final List<String> ROOMS =
            List.of("bundles", "priors", "forward-models", "solvers", ".");

    private final Path root;
    private final Path repository;
    private final Path home;
    private final Map<String, JsonObject> known = new TreeMap<>();
    private final Map<String, JsonArray> dependencies = new TreeMap<>();
    private final Map<String, Shipped> shipped = new TreeMap<>();

    /**
     * A component that is handed out.
     *
     * @param component its entry in the bill of materials
     * @param places the files of the distribution that it is in, or is
     * @param jar the file of its own that it came in, or null
     */
    private record Shipped(JsonObject component, Set<String> places, Path jar) {}

    private ThirdParty(Path root, Path repository) {
        this.root = root;
        this.repository = repository;
        this.home = root.resolve("distribution/target/headwater");
    }

    /**
     * Writes the files.
     *
     * @param args the repository's root, Maven's local repository, the directory to write to
     */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]).toRealPath();
        Path out = Path.of(args[2]);
        ThirdParty all = new ThirdParty(root, Path.of(args[1]));
        all.readBills();
        all.lookIntoJars();
        all.addPage();
        all.addInside();
        Licences licences = Licences.of(resource("licences.json"), all.components());
        Files.createDirectories(out.resolve("licences"));
        Files.writeString(out.resolve("sbom.cdx.json"), JSON.toJson(all.bill()) + "\n");
        Files.writeString(out.resolve("THIRD-PARTY.txt"), all.notices(licences));
        for (Map.Entry<String, String> text : licences.texts().entrySet()) {
            Files.writeString(out.resolve("licences").resolve(text.getKey()), text.getValue());
        }
        for (Map.Entry<String, String> text : all.ownTexts().entrySet()) {
            Files.writeString(out.resolve("licences").resolve(text.getKey()), text.getValue());
        }
    }

    private List<JsonObject> components() {
        return shipped.values().stream().map(Shipped::component).toList();
    }

    private void readBills() throws IOException {
        JsonObject corrected = resource("licences.json").getAsJsonObject("corrected");
        List<Path> bills = new ArrayList<>();
        for (String room : ROOMS) {
            try (Stream<Path> modules = Files.list(root.resolve(room))) {
                modules.map(module -> module.resolve("target/bom.json"))
                        .filter(Files::exists)
                        .sorted()
                        .forEach(bills::add);
            }
        }
        if (bills.isEmpty()) {
            throw new IllegalStateException("no bill of materials below " + root);
        }
        for (Path file : bills) {
            JsonObject bill = read(Files.readString(file));
            for (JsonElement e : bill.getAsJsonArray("components")) {
                JsonObject component = e.getAsJsonObject();
                String name = text(component, "group") + ":" + text(component, "name");
                if (corrected.has(name)) {
                    // what its pom says only in words was read wrongly
                    component.add("licenses", licence(text(corrected, name)));
                }
                known.putIfAbsent(text(component, "purl"), component);
            }
            for (JsonElement e : bill.getAsJsonArray("dependencies")) {
                JsonObject entry = e.getAsJsonObject();
                if (entry.has("dependsOn")) {
                    dependencies.put(text(entry, "ref"), entry.getAsJsonArray("dependsOn"));
                }
            }
        }
    }

    private static JsonObject read(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static JsonObject resource(String name) throws IOException {
        try (InputStream in = ThirdParty.class.getResourceAsStream(name)) {
            return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String text(JsonObject object, String key) {
        return object.has(key) ? object.get(key).getAsString() : "";
    }

    private static boolean isOurs(JsonObject component) {
        return text(component, "group").equals("org.headwater");
    }

    private void ship(JsonObject component, String place, Path jar) {
        shipped.computeIfAbsent(
                        text(component, "purl"),
                        purl -> new Shipped(component, new TreeSet<>(), jar))
                .places()
                .add(place);
    }

    private List<Path> jars() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(f -> f.toString().endsWith(".jar"))
                    .filter(f -> !f.startsWith(home.resolve("data")))
                    .filter(f -> !f.startsWith(home.resolve("plugins")))
                    .sorted()
                    .toList();
        }
    }

    private String place(Path file) {
        return home.relativize(file).toString();
    }

    private void lookIntoJars() throws IOException {
        Map<String, JsonObject> byHash = new LinkedHashMap<>();
        for (JsonObject component : known.values()) {
            sha256(component).ifPresent(hash -> byHash.putIfAbsent(hash, component));
        }
        Map<String, Path> sources = new TreeMap<>();
        for (Map.Entry<String, JsonObject> e : known.entrySet()) {
            Path jar = jarOf(e.getValue());
            if (!isOurs(e.getValue()) && Files.exists(jar)) {
                sources.put(e.getKey(), jar);
            }
        }
        Map<String, String> owners = owners(sources);
        for (Path jar : jars()) {
            JsonObject component = byHash.get(Hashes.sha256(jar));
            if (component != null && !isOurs(component)) {
                ship(component, place(jar), jar);
            } else if (jar.getFileName().toString().contains("headwater")) {
                takenIn(jar, owners, sources);
            } else {
                throw new IllegalStateException(
                        place(jar) + " is in no module's bill of materials");
            }
        }
    }

    /** Name, size and checksum of each file of the jars, with the component it belongs to. */
    private static Map<String, String> owners(Map<String, Path> sources) throws IOException {
        Map<String, String> owners = new LinkedHashMap<>();
        for (Map.Entry<String, Path> source : sources.entrySet()) {
            try (ZipFile zip = new ZipFile(source.getValue().toFile())) {
                for (ZipEntry entry : files(zip)) {
                    owners.putIfAbsent(key(entry), source.getKey());
                }
            }
        }
        return owners;
    }

    private void takenIn(Path jar, Map<String, String> owners, Map<String, Path> sources)
            throws IOException {
        List<String> strangers = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : files(zip)) {
                String name = entry.getName();
                String owner = owners.get(key(entry));
                boolean ours =
                        name.startsWith("org/headwater/")
                                || name.contains("META-INF/") && !name.contains(RESOURCES)
                                || name.startsWith("OSGI-INF/")
                                || name.startsWith("archetype-resources/");
                if (owner != null && !ours) {
                    ship(known.get(owner), place(jar), sources.get(owner));
                } else if (!ours) {
                    strangers.add(name);
                }
            }
        }
        if (!strangers.isEmpty()) {
            throw new IllegalStateException(
                    place(jar) + " has files of nobody known: " + strangers.get(0));
        }
    }

    private static List<ZipEntry> files(ZipFile zip) {
        List<ZipEntry> files = new ArrayList<>();
        Enumeration<? extends ZipEntry> all = zip.entries();
        while (all.hasMoreElements()) {
            ZipEntry entry = all.nextElement();
            if (!entry.isDirectory() && entry.getSize() > 0) {
                files.add(entry);
            }
        }
        return files;
    }

    private static String key(ZipEntry entry) {
        String name = entry.getName();
        return name.substring(name.lastIndexOf('/') + 1)
                + " "
                + entry.getSize()
                + " "
                + entry.getCrc();
    }

    private static Optional<String> sha256(JsonObject component) {
        if (component.has("hashes")) {
            for (JsonElement e : component.getAsJsonArray("hashes")) {
                if (text(e.getAsJsonObject(), "alg").equals("SHA-256")) {
                    return Optional.of(text(e.getAsJsonObject(), "content"));
                }
            }
        }
        return Optional.empty();
    }

    private Path jarOf(JsonObject component) {
        String purl = text(component, "purl");
        String classifier =
                purl.contains("classifier=")
                        ? "-" + purl.replaceAll(".*classifier=([^&]*).*", "$1")
                        : "";
        String name = text(component, "name");
        String version = text(component, "version");
        return repository
                .resolve(text(component, "group").replace('.', '/'))
                .resolve(name)
                .resolve(version)
                .resolve(name + "-" + version + classifier + ".jar");
    }

    /** The libraries of the web page, as npm's lock file has them. */
    private void addPage() throws IOException {
        Path web = root.resolve("bundles/web");
        Path bundle;
        try (Stream<Path> files = Files.list(home.resolve("system/30-server"))) {
            bundle =
                    files.filter(f -> f.getFileName().toString().startsWith("org.headwater.web-"))
                            .findFirst()
                            .orElseThrow();
        }
        JsonObject packages =
                read(Files.readString(web.resolve("package-lock.json")))
                        .getAsJsonObject("packages");
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            if (zip.getEntry("org/headwater/web/internal/page/index.html") == null) {
                throw new IllegalStateException(
                        "the web page is not built: a release needs Node.js 20.19 or newer");
            }
        }
        for (String path : packages.keySet()) {
            JsonObject entry = packages.getAsJsonObject(path);
            if (path.isEmpty() || entry.has("dev")) {
                continue;
            }
            String name = path.substring(path.lastIndexOf("node_modules/") + 13);
            JsonObject component = new JsonObject();
            String purl = "pkg:npm/" + name.replace("@", "%40") + "@" + text(entry, "version");
            component.addProperty("type", "library");
            component.addProperty("bom-ref", purl);
            component.addProperty("name", name);
            component.addProperty("version", text(entry, "version"));
            component.add("licenses", licence(text(entry, "license")));
            component.addProperty("purl", purl);
            ship(component, place(bundle), null);
        }
    }

    private static JsonArray licence(String id) {
        JsonObject inner = new JsonObject();
        inner.addProperty("id", id);
        JsonObject outer = new JsonObject();
        outer.add("license", inner);
        JsonArray all = new JsonArray();
        all.add(outer);
        return all;
    }

    /** What the jars of others, and two of our bundles, hold besides. */
    private void addInside() throws IOException {
        for (JsonElement e : resource("inside.json").getAsJsonArray("inside")) {
            JsonObject entry = e.getAsJsonObject();
            String in = text(entry, "in");
            List<String> places =
                    jars().stream()
                            .map(this::place)
                            .filter(p -> p.matches(".*/" + in + "-[0-9].*"))
                            .toList();
            if (places.isEmpty()) {
                throw new IllegalStateException("inside.json: no jar " + in + " is handed out");
            }
            JsonObject component = new JsonObject();
            String ref = "inside:" + in + "/" + text(entry, "name");
            component.addProperty("type", text(entry, "type"));
            component.addProperty("bom-ref", ref);
            component.addProperty("name", text(entry, "name"));
            component.addProperty("version", text(entry, "version"));
            component.addProperty("copyright", text(entry, "copyright"));
            component.add("licenses", licence(text(entry, "licence")));
            component.addProperty("purl", ref);
            places.forEach(place -> ship(component, place, null));
        }
    }

    /** The bill of materials of the distribution. */
    private JsonObject bill() throws IOException {
        JsonObject bill = read(Files.readString(root.resolve("distribution/target/bom.json")));
        JsonObject product = bill.getAsJsonObject("metadata").getAsJsonObject("component");
        product.addProperty("type", "application");
        product.addProperty("name", "headwater");
        product.addProperty("description", "Bayesian inverse problems: the distribution");
        JsonArray components = new JsonArray();
        Set<String> refs = new LinkedHashSet<>(Set.of(text(product, "bom-ref")));
        for (Path jar : jars()) {
            if (jar.getFileName().toString().contains("headwater")) {
                components.add(own(jar));
            }
        }
        for (Shipped s : shipped.values()) {
            JsonObject component = s.component().deepCopy();
            if (text(component, "purl").startsWith("inside:")) {
                component.remove("purl");
            }
            JsonObject evidence = new JsonObject();
            JsonArray occurrences = new JsonArray();
            for (String place : s.places()) {
                JsonObject occurrence = new JsonObject();
                occurrence.addProperty("location", place);
                occurrences.add(occurrence);
            }
            evidence.add("occurrences", occurrences);
            component.add("evidence", evidence);
            components.add(component);
            refs.add(text(component, "bom-ref"));
        }
        bill.add("components", components);
        JsonArray links = new JsonArray();
        for (Map.Entry<String, JsonArray> entry : dependencies.entrySet()) {
            if (refs.contains(entry.getKey())) {
                JsonArray on = new JsonArray();
                entry.getValue().forEach(ref -> addIf(refs.contains(ref.getAsString()), on, ref));
                JsonObject link = new JsonObject();
                link.addProperty("ref", entry.getKey());
                link.add("dependsOn", on);
                links.add(link);
            }
        }
        bill.add("dependencies", links);
        return bill;
    }

    private static void addIf(boolean condition, JsonArray array, JsonElement element) {
        if (condition) {
            array.add(element);
        }
    }

    private JsonObject own(Path jar) throws IOException {
        String file = jar.getFileName().toString();
        JsonObject component = new JsonObject();
        component.addProperty("type", "library");
        component.addProperty("bom-ref", "file:" + place(jar));
        component.addProperty("group", "org.headwater");
        component.addProperty("name", file.replaceAll("-[0-9].*", ""));
        component.addProperty("version", file.replaceAll(".*?-([0-9].*)\\.jar", "$1"));
        JsonObject hash = new JsonObject();
        hash.addProperty("alg", "SHA-256");
        hash.addProperty("content", Hashes.sha256(jar));
        JsonArray hashes = new JsonArray();
        hashes.add(hash);
        component.add("hashes", hashes);
        component.add("licenses", licence("Apache-2.0"));
        return component;
    }

    private String notices(Licences licences) throws IOException {
        StringBuilder s = new StringBuilder(4096);
        s.append("Software of others in this distribution of Headwater, with its licences.\n")
                .append("The licences' texts are in licences/; sbom.cdx.json has the same for")
                .append(" programs.\n\n");
        for (Shipped one : shipped.values()) {
            JsonObject c = one.component();
            s.append(title(c)).append('\n');
            s.append("    licence: ").append(String.join(" or ", licences.ids(c))).append('\n');
            line(s, "copyright", text(c, "copyright"));
            line(s, "home", home(c));
            one.places().forEach(place -> line(s, "in", place));
        }
        s.append("\n\nNotices that come with it, as their licences ask\n");
        Map<String, Set<String>> notices = new LinkedHashMap<>();
        for (Shipped one : shipped.values()) {
            for (String notice : documents(one.jar(), "notice").values()) {
                notices.computeIfAbsent(notice.strip(), n -> new TreeSet<>())
                        .add(title(one.component()));
            }
        }
        notices.forEach(
                (notice, of) ->
                        s.append("\n--- ")
                                .append(String.join(", ", of))
                                .append("\n\n")
                                .append(notice)
                                .append('\n'));
        return s.toString();
    }

    private static String title(JsonObject component) {
        String group = text(component, "group");
        return ((group.isEmpty() ? "" : group + ":")
                        + text(component, "name")
                        + " "
                        + text(component, "version"))
                .strip();
    }

    private static void line(StringBuilder s, String name, String value) {
        if (!value.isEmpty()) {
            s.append("    ").append(name).append(": ").append(value).append('\n');
        }
    }

    private static String home(JsonObject component) {
        if (component.has("externalReferences")) {
            for (JsonElement e : component.getAsJsonArray("externalReferences")) {
                if (text(e.getAsJsonObject(), "type").equals("website")) {
                    return text(e.getAsJsonObject(), "url");
                }
            }
        }
        return "";
    }

    /** Licences that came inside the jars, where they say more than the standard text. */
    private Map<String, String> ownTexts() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        for (Shipped one : shipped.values()) {
            JsonObject c = one.component();
            for (Map.Entry<String, String> text : documents(one.jar(), "licen[cs]e").entrySet()) {
                if (!isPlainApache(text.getValue())) {
                    texts.putIfAbsent(
                            (text(c, "name")
                                            + "-"
                                            + text(c, "version")
                                            + "-"
                                            + text.getKey()
                                                    .replaceFirst("^META-INF/", "")
                                                    .replace('/', '-'))
                                    .replaceFirst("(\\.txt|\\.md)?$", ".txt"),
                            text.getValue());
                }
            }
        }
        Path modules = root.resolve("bundles/web/node_modules");
        for (Shipped one : shipped.values()) {
            Path licence = modules.resolve(text(one.component(), "name")).resolve("LICENSE");
            if (text(one.component(), "purl").startsWith("pkg:npm/") && Files.exists(licence)) {
                texts.put(
                        title(one.component()).replace(' ', '-').replace('/', '-') + "-LICENSE.txt",
                        Files.readString(licence));
            }
        }
        return texts;
    }

    private static boolean isPlainApache(String text) {
        return text.strip().startsWith("Apache License") && text.length() < 11_600;
    }

    private static Map<String, String> documents(Path jar, String name) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        if (jar == null) {
            return texts;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : files(zip)) {
                String path = entry.getName().toLowerCase(Locale.ROOT);
                if (path.matches("(.*/)?" + name + "[^/]*") && !path.endsWith(".class")) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        texts.put(
                                entry.getName(),
                                new String(in.readAllBytes(), StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return texts;
    }
}
