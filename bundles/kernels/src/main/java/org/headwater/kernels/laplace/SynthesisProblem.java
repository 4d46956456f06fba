package org.headwater.kernels.laplace;

import java.util.Optional;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.LeastSquares;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;
import org.headwater.api.Target;

/**
 * A problem in the variables u of its prior's {@link Synthesis} x = Su, in which the prior is
 * separable: f(Su) with the gradient Sᵀ∇f and the Gauss–Newton Hessian SᵀHS. A run in u keeps its
 * state in u; its draws and its mode are those of x.
 *
 * <p>The draws of u are the read-out, mean of the particles and spread of the mixture; mapped by S
 * their covariance is S·D_K^{1/2}RD_K^{1/2}·Sᵀ, for a Gaussian target that of x exactly.
 */
public final class SynthesisProblem {
    private final Problem problem;
    private final Synthesis synthesis;

    /** A problem whose prior has the given synthesis. */
    public SynthesisProblem(Problem problem, Synthesis synthesis) {
        this.problem = problem;
        this.synthesis = synthesis;
    }

    /** The problem in u. */
    public Problem inSynthesis() {
        double[] initial = new double[problem.dimension()];
        synthesis.analyse(problem.initial(), 0, initial, 0);
        return new Problem(
                problem.name(),
                new SynthesisTarget(problem.target(), synthesis),
                synthesis.prior(),
                problem.beta(),
                problem.blocks(),
                initial);
    }

    /** A run in u as one whose posterior is of x. */
    public Stepper mapped(Stepper stepper) {
        return new Stepper() {
            @Override
            public int iterations() {
                return stepper.iterations();
            }

            @Override
            public int particles() {
                return stepper.particles();
            }

            @Override
            public Optional<KernelBackend.Layer> layer() {
                return stepper.layer();
            }

            @Override
            public State start(RandomStream random) {
                return stepper.start(random);
            }

            @Override
            public State start(Ensemble points, RandomStream random) {
                Ensemble u = points.copy();
                for (int i = 0; i < u.size(); i++) {
                    synthesis.analyse(u.data(), u.offset(i), u.data(), u.offset(i));
                }
                return stepper.start(u, random);
            }

            @Override
            public Optional<Ensemble> points(State state) {
                return stepper.points(state).map(u -> synthesised(u, synthesis));
            }

            @Override
            public StepResult step(State state, RandomStream random) {
                return stepper.step(state, random);
            }

            @Override
            public Optional<State> sampler(State state) {
                return stepper.sampler(state);
            }

            @Override
            public Posterior posterior(State state, RandomStream random) {
                Posterior u = stepper.posterior(state, random);
                return withDraws(u, synthesised(u.draws(), synthesis));
            }

            @Override
            public int drawn(State state) {
                return stepper.drawn(state);
            }

            @Override
            public Harvest harvest(State state, int length) {
                Harvest u = stepper.harvest(state, length);
                return new Harvest(u.rest(), synthesised(u.draws(), synthesis), u.logDensity());
            }

            /** The draws are of x already. */
            @Override
            public Posterior posterior(State state, Draws draws, int most, RandomStream random) {
                Posterior p = stepper.posterior(state, draws, most, random);
                return withDraws(p, p.draws());
            }

            private Posterior withDraws(Posterior u, Ensemble draws) {
                double[] mode = u.mode() == null ? null : u.mode().clone();
                if (mode != null) {
                    synthesis.apply(mode, 0, mode, 0);
                }
                return new Posterior(draws, u.particles(), u.reasons(), u.diagnostics(), mode);
            }
        };
    }

    /** S as a matrix, d × d. */
    public double[] matrix() {
        int d = problem.dimension();
        double[] s = new double[d * d];
        double[] column = new double[d];
        for (int j = 0; j < d; j++) {
            java.util.Arrays.fill(column, 0);
            column[j] = 1;
            synthesis.apply(column, 0, column, 0);
            for (int i = 0; i < d; i++) {
                s[i * d + j] = column[i];
            }
        }
        return s;
    }

    /** Points x = Su of points u, which are not modified. */
    public Ensemble apply(Ensemble u) {
        return synthesised(u, synthesis);
    }

    private static Ensemble synthesised(Ensemble u, Synthesis synthesis) {
        Ensemble x = Ensemble.zeros(u.size(), u.dimension());
        for (int i = 0; i < u.size(); i++) {
            synthesis.apply(u.data(), u.offset(i), x.data(), x.offset(i));
        }
        return x;
    }

    private record SynthesisTarget(Target target, Synthesis synthesis) implements Target {
        @Override
        public int dimension() {
            return target.dimension();
        }

        @Override
        public boolean isQuadratic() {
            return target.isQuadratic();
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            int count = target.evaluate(synthesised(theta, synthesis), value, gradient, failed);
            double[] g = gradient.data();
            for (int i = 0; i < theta.size(); i++) {
                synthesis.adjoint(g, gradient.offset(i), g, gradient.offset(i));
            }
            return count;
        }

        /** SᵀHS: the adjoint on the rows of H, then on the columns. */
        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            int used = target.gaussNewton(synthesised(points, synthesis), hessian);
            int d = dimension();
            for (int side = 0; side < 2; side++) {
                for (int i = 0; i < d; i++) {
                    synthesis.adjoint(hessian, i * d, hessian, i * d);
                }
                transpose(hessian, d);
            }
            return used;
        }

        @Override
        public Optional<LeastSquares> leastSquares() {
            return target.leastSquares().map(r -> new SynthesisResiduals(r, synthesis));
        }

        private static void transpose(double[] a, int d) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < i; j++) {
                    double swap = a[i * d + j];
                    a[i * d + j] = a[j * d + i];
                    a[j * d + i] = swap;
                }
            }
        }
    }

    /** r(Su), with the Jacobian JS: the adjoint on its rows. */
    private record SynthesisResiduals(LeastSquares of, Synthesis synthesis)
            implements LeastSquares {
        @Override
        public int size() {
            return of.size();
        }

        @Override
        public int evaluate(Ensemble theta, double[] residuals, boolean[] failed) {
            return of.evaluate(synthesised(theta, synthesis), residuals, failed);
        }

        @Override
        public boolean jacobian(double[] theta, double[] residuals, double[] jacobian) {
            double[] x = new double[theta.length];
            synthesis.apply(theta, 0, x, 0);
            boolean works = of.jacobian(x, residuals, jacobian);
            for (int i = 0; i < of.size(); i++) {
                synthesis.adjoint(jacobian, i * x.length, jacobian, i * x.length);
            }
            return works;
        }
    }
}
