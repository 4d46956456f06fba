package org.headwater.runtime.internal;

import org.headwater.api.Provider;
import org.headwater.backend.vector.internal.VectorBackendProvider;
import org.headwater.model.eit.internal.PlainEit;
import org.headwater.model.ellipticpde.internal.EllipticProvider;
import org.headwater.model.linear.internal.LinearProvider;
import org.headwater.noise.internal.GaussianNoiseProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.lowrank.internal.LowRankPriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.runtime.Trials;
import org.headwater.solver.langevin.internal.LangevinSolverProvider;
import org.headwater.solver.otflow.internal.OtFlowSolverProvider;
import org.headwater.solver.rwpo.internal.RwpoSolverProvider;
import org.headwater.solver.sparsetransformer.internal.SparseTransformerSolverProvider;

/** Trials with the real plug-ins that experiments use, without OSGi. */
public final class PlainTrials {
    private PlainTrials() {}

    /** All of them. */
    public static Trials trials() {
        PluginRegistry registry = new PluginRegistry();
        add(registry, PluginKind.MODEL, new LinearProvider());
        add(registry, PluginKind.MODEL, PlainEit.provider());
        add(registry, PluginKind.MODEL, new EllipticProvider());
        add(registry, PluginKind.NOISE, new GaussianNoiseProvider());
        add(registry, PluginKind.PRIOR, new L1PriorProvider());
        add(registry, PluginKind.PRIOR, new TvPriorProvider());
        add(registry, PluginKind.PRIOR, new LowRankPriorProvider());
        add(registry, PluginKind.SOLVER, new RwpoSolverProvider());
        add(registry, PluginKind.SOLVER, new LangevinSolverProvider());
        add(registry, PluginKind.SOLVER, new OtFlowSolverProvider());
        add(registry, PluginKind.SOLVER, new SparseTransformerSolverProvider());
        add(registry, PluginKind.BACKEND, new VectorBackendProvider());
        return new TrialService(registry);
    }

    private static void add(PluginRegistry registry, PluginKind kind, Provider provider) {
        String bundle = "org.headwater.test";
        registry.add(new Plugin(kind, provider.info(), provider, bundle, "0.1.0", "", 0));
    }
}
