package org.headwater.model.umbridge.internal;

/** A request that a server did not answer as the protocol says; the message names the request. */
final class ServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ServerException(String request, String what) {
        super(request + ": " + what);
    }
}
