package org.headwater.server.internal;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plug-ins there are, and the jars that administrators add and take away. */
final class PluginsApi {
    private static final Logger LOG = LoggerFactory.getLogger(PluginsApi.class);
    private static final String JAR = "[A-Za-z0-9][A-Za-z0-9._+-]{0,100}\\.jar";

    private final Plugins plugins;
    private final PluginLibrary library;
    private final JobFolders folders;
    private final ServerSettings settings;

    PluginsApi(
            Plugins plugins, PluginLibrary library, JobFolders folders, ServerSettings settings) {
        this.plugins = plugins;
        this.library = library;
        this.folders = folders;
        this.settings = settings;
    }

    /** Lists the plug-ins of a kind, or shows one. */
    void list(PluginKind kind, String method, List<String> path, HttpServletResponse response)
            throws IOException {
        Requests.allow(method, "GET");
        List<Plugins.Plugin> all = plugins.list(kind);
        if (path.size() == 1) {
            Requests.json(
                    response, 200, Map.of("plugins", all.stream().map(PluginView::of).toList()));
            return;
        }
        Requests.end(path, 2);
        Requests.json(
                response,
                200,
                all.stream()
                        .filter(p -> p.type().equals(path.get(1)))
                        .findFirst()
                        .map(PluginView::of)
                        .orElseThrow(
                                () ->
                                        ApiException.notFound(
                                                "no such "
                                                        + kind.singular()
                                                        + " is installed; there are "
                                                        + all.stream()
                                                                .map(Plugins.Plugin::type)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                ", ")))));
    }

    /** Lists the jars of the folder {@code plugins/}, installs one, removes one. */
    void jars(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException {
        if (path.size() == 1) {
            Requests.allow(method, "GET", "POST");
            if (method.equals("POST")) {
                requireInstaller(request);
                Requests.json(response, 201, entry(install(request)));
            } else {
                Requests.json(
                        response,
                        200,
                        Map.of("jars", library.list().stream().map(PluginsApi::entry).toList()));
            }
            return;
        }
        Requests.end(path, 2);
        Requests.allow(method, "DELETE");
        requireInstaller(request);
        PluginLibrary.Entry gone = library.remove(path.get(1));
        LOG.info("plug-in {} removed by {}", gone.file(), Requests.user(request).name());
        response.setStatus(204);
    }

    private void requireInstaller(HttpServletRequest request) {
        Requests.require(request, Access.Role.ADMIN);
        if (!settings.values().flag(ServerSettings.INSTALL)) {
            throw ApiException.of(
                    403,
                    "Forbidden",
                    "this server installs nothing over the network: put the jar into its folder"
                            + " plugins/, or set install-plugins in conf/server.yaml");
        }
    }

    private PluginLibrary.Entry install(HttpServletRequest request) throws IOException {
        String name = Requests.query(request).getOrDefault("name", "");
        if (!name.matches(JAR)) {
            throw ApiException.badRequest(
                    "name",
                    "must be the file name of a jar, of letters, digits and ._+-",
                    Requests.shown(name),
                    "e.g. ?name=my-prior-1.0.0.jar");
        }
        Path folder = Files.createTempDirectory(folders.incoming(), "jar");
        Path jar = folder.resolve(name);
        try {
            try (InputStream in = request.getInputStream();
                    OutputStream out = Files.newOutputStream(jar)) {
                copy(in, out);
            }
            PluginLibrary.Entry entry = library.install(jar);
            LOG.info("plug-in {} installed by {}", name, Requests.user(request).name());
            return entry;
        } catch (InvalidInputException e) {
            throw refused(name, e);
        } finally {
            Files.deleteIfExists(jar);
            Files.deleteIfExists(folder);
        }
    }

    /** Why a jar is refused, by the name that it was sent with: where it lay is nobody's matter. */
    static InvalidInputException refused(String name, InvalidInputException e) {
        String rule = e.rule();
        String remedy = e.remedy();
        if (remedy == null || remedy.isEmpty()) {
            // a complaint about a jar is one sentence: what, then what to do
            int end = rule.lastIndexOf("; ");
            remedy = end < 0 ? "ask its author for another build" : rule.substring(end + 2);
            rule = end < 0 ? rule : rule.substring(0, end);
        }
        return InvalidInputException.of("plugin", rule, name, remedy);
    }

    private void copy(InputStream in, OutputStream out) throws IOException {
        long left = settings.values().integer("upload-limit");
        byte[] buffer = new byte[1 << 16];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            left -= n;
            if (left < 0) {
                throw ApiException.of(
                        413, "Too large", "the jar is larger than this server's upload-limit");
            }
            out.write(buffer, 0, n);
        }
    }

    private static Map<String, Object> entry(PluginLibrary.Entry jar) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("file", jar.file());
        map.put("bundle", jar.bundle());
        map.put("plugins", jar.plugins());
        map.put("complaint", jar.complaint().isEmpty() ? null : jar.complaint());
        return map;
    }
}
