package org.headwater.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Workers;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;
import org.junit.jupiter.api.Test;

class KernelBackendChecksTest {
    /** The layers of the kernels bundle; sign and threads are spoilt on demand. */
    private record Layers(double sign, double perThread) implements KernelBackend {
        @Override
        public String description() {
            return "layers";
        }

        @Override
        public void joint(
                Ensemble x,
                double kappa,
                double[] logNormaliser,
                Ensemble barycentre,
                double[] selfWeight,
                Workers workers) {
            double[] signed = logNormaliser.clone();
            for (int i = 0; i < signed.length; i++) {
                signed[i] *= sign;
            }
            JointLayer.self(x, kappa, signed, barycentre, selfWeight, workers);
            selfWeight[0] += perThread * workers.threads();
        }

        @Override
        public void tensorised(
                Ensemble x,
                double[] kappa,
                Ensemble logNormaliser,
                Ensemble barycentre,
                double[] selfWeight,
                Workers workers) {
            TensorisedLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, workers);
        }
    }

    private record Provider(String unavailable, KernelBackend backend)
            implements KernelBackendProvider {
        @Override
        public KernelBackend create(KernelBackend.Precision precision) {
            return backend;
        }

        @Override
        public PluginInfo info() {
            return new PluginInfo("layers", "1.0.0", "For tests.", SettingsSchema.of(), "");
        }
    }

    private static List<Check> checks(KernelBackend backend) {
        return KernelBackendChecks.of(new Provider("", backend));
    }

    @Test
    void soundBackendPasses() {
        Findings.assertSound(checks(new Layers(1, 0)));
    }

    @Test
    void wrongSignIsFound() {
        Findings.assertFound(checks(new Layers(-1, 0)), "layers");
    }

    @Test
    void dependenceOnThreadsIsFound() {
        Findings.assertFound(checks(new Layers(1, 1e-14)), "workers");
    }

    @Test
    void backendThatCannotBeUsedIsTheCallersMistake() {
        assertThrows(
                InvalidInputException.class,
                () -> KernelBackendChecks.of(new Provider("no such card", new Layers(1, 0))));
    }
}
