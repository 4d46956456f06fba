package org.headwater.nd4j.internal;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;

/** Shows ND4J the CUDA implementation before that of the CPU, which is all it finds otherwise. */
final class CudaClassLoader extends ClassLoader {
    private static final String IMPLEMENTATIONS =
            "META-INF/services/org.nd4j.linalg.factory.Nd4jBackend";

    CudaClassLoader(ClassLoader bundle) {
        super(bundle);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return name.equals(IMPLEMENTATIONS)
                ? Collections.enumeration(
                        Collections.singleton(getParent().getResource("cuda/" + name)))
                : super.getResources(name);
    }
}
