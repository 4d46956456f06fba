package org.headwater.server.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.felix.http.jetty.ConnectorFactory;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.headwater.runtime.Json;

/**
 * What Jetty answers by itself, before a request reaches a servlet or when one has failed: problem
 * details in the place of its page.
 *
 * <p>Felix gives nobody its {@link Server} but a factory of connectors; this one makes none, but
 * returns the one that is there: Felix takes none but of the network.
 */
final class JettyProblems extends ErrorHandler implements ConnectorFactory {
    @Override
    public Connector createConnector(Server server) {
        server.setErrorHandler(this);
        return server.getConnectors()[0];
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int status,
            String message,
            Throwable cause,
            Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
        response.write(true, ByteBuffer.wrap(body(status, cause)), callback);
    }

    /** The problem details of an error, as bytes of JSON. */
    static byte[] body(int status, Throwable cause) {
        ApiException problem =
                ApiException.of(status, HttpStatus.getMessage(status), detail(status, cause));
        return (Json.line(problem.details()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String detail(int status, Throwable cause) {
        if (status >= 500) {
            return "the server's log has more";
        }
        // what Jetty itself says of a request is for people; other errors' texts may not be
        if (cause instanceof HttpException http && http.getReason() != null) {
            return "the request cannot be served: " + http.getReason();
        }
        return "the request cannot be served: " + HttpStatus.getMessage(status);
    }
}
