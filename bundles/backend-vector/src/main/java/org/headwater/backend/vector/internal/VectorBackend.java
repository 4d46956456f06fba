package org.headwater.backend.vector.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;

/** The layers of the kernels bundle, on vector registers where Java has the Vector API. */
final class VectorBackend implements KernelBackend {
    private final LayerLoops loops;
    private final Precision precision;

    VectorBackend(LayerLoops loops, Precision precision) {
        this.loops = loops;
        this.precision = precision;
    }

    @Override
    public String description() {
        boolean single = precision == Precision.SINGLE && loops.joint(Precision.SINGLE) != null;
        return "vector ("
                + loops.description()
                + (single ? ", single precision in the joint layer)" : ", double precision)");
    }

    @Override
    public int laneWidth() {
        return loops.lanes();
    }

    @Override
    public void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        if (precision == Precision.SINGLE) {
            JointLayer.selfSingle(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
        } else {
            JointLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
        }
    }

    @Override
    public void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        TensorisedLayer.self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
    }
}
