package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Keeps notices until someone listens: a solver may have some before its job exists. */
final class Notices implements Consumer<String> {
    private final List<String> kept = new ArrayList<>();
    private Consumer<String> listener;

    @Override
    public synchronized void accept(String line) {
        if (listener == null) {
            kept.add(line);
        } else {
            listener.accept(line);
        }
    }

    /** Passes on what was kept and all that follows. */
    synchronized void attach(Consumer<String> to) {
        listener = to;
        kept.forEach(to);
        kept.clear();
    }
}
