package org.headwater.prior.composite.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.RandomStream;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.gaussian.internal.GaussianPriorProvider;
import org.headwater.prior.grouplasso.internal.GroupLassoPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.lowrank.internal.LowRankPriorProvider;
import org.headwater.prior.nonneg.internal.NonNegativePriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;

/** Real priors without OSGi, and the arithmetic of the tests. */
final class Installed {
    private static final List<PriorProvider> PROVIDERS = new ArrayList<>();

    static {
        PROVIDERS.add(new BoxPriorProvider());
        PROVIDERS.add(new GaussianPriorProvider());
        PROVIDERS.add(new GroupLassoPriorProvider());
        PROVIDERS.add(new L1PriorProvider());
        PROVIDERS.add(new LowRankPriorProvider());
        PROVIDERS.add(new NonNegativePriorProvider());
        PROVIDERS.add(new TvPriorProvider());
        PROVIDERS.add(new SumPriorProvider(() -> List.copyOf(PROVIDERS)));
        PROVIDERS.add(new TransformedPriorProvider(() -> List.copyOf(PROVIDERS)));
    }

    private Installed() {}

    static PriorProvider provider(String type) {
        return PROVIDERS.stream()
                .filter(p -> p.info().type().equals(type))
                .findFirst()
                .orElseThrow();
    }

    static Prior create(String type, Map<String, ?> settings, int... sizes) {
        PriorProvider p = provider(type);
        return p.create(
                p.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(sizes));
    }

    static Prior sum(List<Map<String, ?>> terms, int... sizes) {
        return create("sum", Map.of("terms", terms), sizes);
    }

    static Map<String, Object> l1(double weight) {
        return Map.of("type", "l1", "weight", weight);
    }

    static double[] point(RandomStream random, int d) {
        double[] y = new double[d];
        for (int i = 0; i < d; i++) {
            y[i] = 3 * random.gaussian();
        }
        return y;
    }

    static double[] prox(Prior prior, double t, double[] y) {
        Ensemble out = Ensemble.zeros(1, y.length);
        prior.prox(Ensemble.of(1, y.length, y), t, out);
        return out.data();
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double[] combine(double s, double[] a, double t, double[] b) {
        double[] c = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            c[i] = s * a[i] + t * b[i];
        }
        return c;
    }

    static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    /** The objective tψ(z) + ½|z − y|² of a prox. */
    static double objective(Prior prior, double t, double[] y, double[] z) {
        double distance = norm(combine(1, z, -1, y));
        return t * prior.potential(z, 0) + distance * distance / 2;
    }
}
