package org.headwater.prior.tv.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;

/**
 * Total variation of an H × W image, row-major: with forward differences dx, dy, zero at the last
 * column and row, ψ = weight·Σ√(dx² + dy²) (isotropic) or weight·Σ(|dx| + |dy|). The prox is {@link
 * ImageProx}'s. Immutable.
 */
final class ImageTvPrior implements Prior {
    private final Weight weight;
    private final int height;
    private final int width;
    private final boolean isotropic;

    ImageTvPrior(Weight weight, int height, int width, boolean isotropic) {
        this.weight = weight;
        this.height = height;
        this.width = width;
        this.isotropic = isotropic;
    }

    @Override
    public int dimension() {
        return height * width;
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int at = offset + i * width + j;
                double dx = j + 1 < width ? x[at + 1] - x[at] : 0;
                double dy = i + 1 < height ? x[at + width] - x[at] : 0;
                sum += isotropic ? Math.sqrt(dx * dx + dy * dy) : Math.abs(dx) + Math.abs(dy);
            }
        }
        return weight.value() * sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension(), y, out);
        ImageProx prox = new ImageProx(height, width, isotropic);
        for (int i = 0; i < y.size(); i++) {
            prox.apply(y.data(), y.offset(i), weight.value() * t, out.data(), out.offset(i));
        }
    }

    /** Constants are free. */
    @Override
    public Optional<Scaling> scaling() {
        return weight.scaling(dimension() - 1, w -> new ImageTvPrior(w, height, width, isotropic));
    }
}
