package org.headwater.experiments.internal;

/** Closed forms of KL, D and I on the line. */
final class Densities {
    private Densities() {}

    /** From Laplace(b), ρ = (b/2)e^{−b|x|}, to Laplace(a): ln(b/a) + a/b − 1, a − b, (a − b)². */
    static FokkerPlanck.Measures laplace(double b, double a) {
        return new FokkerPlanck.Measures(Math.log(b / a) + a / b - 1, a - b, (a - b) * (a - b));
    }

    /**
     * From N(0, s²) to N(0, t²): ln(t/s) + s²/(2t²) − ½, (1/t² − 1/s²)s√(2/π), (1/t² − 1/s²)²s².
     */
    static FokkerPlanck.Measures gaussian(double s, double t) {
        double gap = 1 / (t * t) - 1 / (s * s);
        return new FokkerPlanck.Measures(
                Math.log(t / s) + s * s / (2 * t * t) - 0.5,
                gap * s * Math.sqrt(2 / Math.PI),
                gap * gap * s * s);
    }

    /** KL at time t of the Ornstein–Uhlenbeck process from N(0, s²) to N(0, 1). */
    static double ornsteinUhlenbeck(double s, double t) {
        double variance = 1 + (s * s - 1) * Math.exp(-2 * t);
        return gaussian(Math.sqrt(variance), 1).divergence();
    }
}
