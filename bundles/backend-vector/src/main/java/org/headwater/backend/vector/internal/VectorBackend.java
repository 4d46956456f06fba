package org.headwater.backend.vector.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;

/** The layers of the kernels bundle, in double precision. Stateless. */
final class VectorBackend implements KernelBackend {
    @Override
    public String description() {
        return "vector (scalar double precision; no SIMD instructions are used explicitly)";
    }

    @Override
    public void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        JointLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, workers);
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
