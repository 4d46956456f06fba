package org.headwater.prior.composite.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.headwater.api.PriorProvider;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The prior providers that are there now, whoever brings them. Where several offer the same type,
 * the newest bundle version wins, then the higher service ranking.
 *
 * <p>It holds references and gets the services when they are asked for: the composite priors are
 * among them, and would otherwise need each other to start.
 */
@Component(service = InstalledPriors.class)
public final class InstalledPriors {
    private static final Comparator<ServiceReference<PriorProvider>> NEWEST_LAST =
            Comparator.comparing((ServiceReference<PriorProvider> r) -> r.getBundle().getVersion())
                    .thenComparing(Comparator.naturalOrder());

    private final BundleContext context;
    private final List<ServiceReference<PriorProvider>> references = new ArrayList<>();
    private final Map<ServiceReference<PriorProvider>, PriorProvider> used = new HashMap<>();

    /** Called by the component runtime. */
    @Activate
    public InstalledPriors(BundleContext context) {
        this.context = context;
    }

    /** One provider of each type, by type. */
    public synchronized List<PriorProvider> list() {
        Map<String, PriorProvider> newest = new TreeMap<>();
        references.stream()
                .sorted(NEWEST_LAST)
                .map(r -> used.computeIfAbsent(r, context::getService))
                .filter(p -> p != null)
                .forEach(p -> newest.put(p.info().type(), p));
        return List.copyOf(newest.values());
    }

    @Reference(
            service = PriorProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    synchronized void bind(ServiceReference<PriorProvider> reference) {
        references.add(reference);
    }

    synchronized void unbind(ServiceReference<PriorProvider> reference) {
        references.remove(reference);
        if (used.remove(reference) != null) {
            context.ungetService(reference);
        }
    }
}
