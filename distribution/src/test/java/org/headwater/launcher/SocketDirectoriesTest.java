package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class SocketDirectoriesTest {
    private static final String OWNER_ONLY = "rwx------";

    @TempDir private Path folder;
    private SocketDirectories mine;

    @BeforeEach
    void make() throws IOException {
        mine = SocketDirectories.of(folder);
    }

    private static String permissions(Path directory) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    }

    @Test
    void aNewDirectoryIsItsOwnersAlone() throws IOException {
        mine.secure(folder.resolve("new"));
        assertEquals(OWNER_ONLY, permissions(folder.resolve("new")));
    }

    @Test
    void anOldDirectoryIsClosed() throws IOException {
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxrwxrwx"));
        mine.secure(old);
        assertEquals(OWNER_ONLY, permissions(old));
    }

    @Test
    void somebodyElsesDirectoryIsRefused() {
        SocketDirectories others = new SocketDirectories(4711);
        IOException refusal = assertThrows(IOException.class, () -> others.secure(folder));
        assertTrue(refusal.getMessage().contains("belongs to somebody else"));
    }

    @Test
    void aLinkIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        assertThrows(IOException.class, () -> mine.secure(link));
    }
}
