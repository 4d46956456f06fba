package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The files of a job that may be fetched: whole ones within its folder, no links. */
final class RunFiles {
    private static final String UNFINISHED = ".tmp";

    private RunFiles() {}

    /** All files below a folder: name with slashes, and size. */
    static List<Map<String, Object>> list(Path root) throws IOException {
        List<Map<String, Object>> files = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return files;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (shown(file)) {
                            Map<String, Object> entry = new LinkedHashMap<>();
                            entry.put("name", root.relativize(file).toString().replace('\\', '/'));
                            entry.put("bytes", attributes.size());
                            files.add(entry);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        // a running job renames its files
                        return FileVisitResult.CONTINUE;
                    }
                });
        files.sort(Comparator.comparing(entry -> (String) entry.get("name")));
        return files;
    }

    private static boolean shown(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && !name.endsWith(UNFINISHED)
                && !name.equals("lock");
    }

    /** The file that a path within a folder names. */
    static Path find(Path root, List<String> path) throws IOException {
        try {
            Path file = root;
            for (String part : path) {
                if (part.isEmpty()
                        || part.startsWith(".") && !part.matches("\\.z[a-z]+")
                        || part.indexOf('/') >= 0
                        || part.indexOf('\\') >= 0) {
                    throw missing();
                }
                file = file.resolve(part);
            }
            if (file.normalize().equals(file)
                    && shown(file)
                    && file.toRealPath().startsWith(root.toRealPath())) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw missing();
        }
        throw missing();
    }

    private static ApiException missing() {
        return ApiException.notFound("the job has no such file; …/files/ lists those that it has");
    }

    /** A file's media type. */
    static String type(Path file) {
        String name = file.getFileName().toString();
        String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (suffix) {
            case "html" -> "text/html; charset=utf-8";
            case "json" -> "application/json";
            case "jsonl" -> "application/jsonl; charset=utf-8";
            case "yaml" -> "application/yaml; charset=utf-8";
            case "csv" -> "text/csv; charset=utf-8";
            case "png" -> "image/png";
            case "svg" -> "image/svg+xml";
            default -> "application/octet-stream";
        };
    }
}
