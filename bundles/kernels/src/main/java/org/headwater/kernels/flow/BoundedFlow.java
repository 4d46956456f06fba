package org.headwater.kernels.flow;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.laplace.MapFinder;
import org.headwater.kernels.laplace.Support;

/**
 * Trains a flow where the prior has bounds: on the {@link BoundedProblem} on the scales of the
 * Laplace approximation, so that no draw leaves the bounds. The state is that of z, with the scales
 * and the MAP of θ.
 */
final class BoundedFlow implements Stepper {
    private static final String SCALE = "bounds.scale";
    private static final String MODE = "bounds.mode";

    private final Problem problem;
    private final Resources resources;
    private final FlowOptions options;
    private final Support support;
    private FlowStepper inner;
    private double[] scaleOfInner;

    BoundedFlow(Problem problem, Resources resources, FlowOptions options) {
        this.problem = problem;
        this.resources = resources;
        this.options = options;
        this.support = Support.of(problem.prior());
        FlowStepper.requireReadOut(problem, options);
    }

    @Override
    public int iterations() {
        return options.iterations();
    }

    @Override
    public int particles() {
        return options.batch();
    }

    @Override
    public State start(RandomStream random) {
        double[] mode = new MapFinder(problem).find();
        double[] sd = LaplaceApproximation.at(problem, mode).sd();
        double[] scale = Bounds.of(support, sd).scale();
        State scales = State.empty().with(SCALE, scale).with(MODE, mode);
        return inner(scales).start(random).with(SCALE, scale).with(MODE, mode);
    }

    private Bounds bounds(State state) {
        return Bounds.of(support, state.array(SCALE));
    }

    /** The training in z; made anew only if the state is of another start. */
    private FlowStepper inner(State state) {
        double[] scale = state.array(SCALE);
        if (!Arrays.equals(scale, scaleOfInner)) {
            Problem unbounded = BoundedProblem.of(problem, bounds(state), state.array(MODE));
            inner = new FlowStepper(unbounded, resources, options, null);
            scaleOfInner = scale;
        }
        return inner;
    }

    @Override
    public StepResult step(State state, RandomStream random) {
        return inner(state).step(state, random);
    }

    @Override
    public Optional<Ensemble> points(State state) {
        return Optional.of(bounds(state).apply(state.ensemble(State.PARTICLES)));
    }

    @Override
    public Optional<State> sampler(State state) {
        return inner(state).sampler(state).map(flow -> TrainedFlow.within(flow, bounds(state)));
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        Posterior z = inner(state).posterior(state, random);
        return new Posterior(
                bounds(state).apply(z.draws()),
                z.particles(),
                z.reasons(),
                z.diagnostics(),
                state.array(MODE));
    }
}
