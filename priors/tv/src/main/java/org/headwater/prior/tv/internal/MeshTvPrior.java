package org.headwater.prior.tv.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;

/**
 * Total variation of a field that is constant on each triangle of a mesh, ψ = weight·Σ_e |e|·|jump
 * across e| over the interior edges e: weight times ∫|∇θ|, in the mesh's length unit, whatever the
 * mesh. The prox is {@link MeshProx}'s. Immutable.
 */
final class MeshTvPrior implements Prior {
    private final Weight weight;
    private final MeshEdges edges;

    MeshTvPrior(Weight weight, MeshEdges edges) {
        this.weight = weight;
        this.edges = edges;
    }

    @Override
    public int dimension() {
        return edges.triangles();
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int e = 0; e < edges.count(); e++) {
            double jump = x[offset + edges.right()[e]] - x[offset + edges.left()[e]];
            sum += edges.length()[e] * Math.abs(jump);
        }
        return weight.value() * sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        MeshProx prox = new MeshProx(edges);
        for (int i = 0; i < y.size(); i++) {
            prox.apply(y.data(), y.offset(i), weight.value() * t, out.data(), out.offset(i));
        }
    }

    /** Constants on connected parts of the mesh are free. */
    @Override
    public Optional<Scaling> scaling() {
        return weight.scaling(dimension() - edges.components(), w -> new MeshTvPrior(w, edges));
    }
}
