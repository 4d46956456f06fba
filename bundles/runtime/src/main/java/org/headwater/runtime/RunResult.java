package org.headwater.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.Noise;
import org.headwater.api.Posterior;
import org.headwater.api.StepInfo;
import org.headwater.api.Workers;

/**
 * A finished run, for reporters.
 *
 * @param directory the run directory
 * @param name the problem's name
 * @param command the command that reproduces it
 * @param problem the problem as it ran: nested maps and lists as in problem.yaml
 * @param images the {@code images} section of the problem, validated
 * @param manifest what manifest.json holds
 * @param verdict the verdict
 * @param model the forward model
 * @param noise the noise model
 * @param measured the measured data, m values
 * @param posterior draws and diagnostics
 * @param summary one row per parameter
 * @param predictedMean mean over draws of the predicted data, m values
 * @param predictedSd standard deviation over draws of the predicted data, m values
 * @param segments the parts of the run between exchanges of plug-ins, at least one; the results
 *     above are those of the last
 * @param steps what each step said
 * @param workers threads to work with
 */
public record RunResult(
        Path directory,
        String name,
        String command,
        Map<String, Object> problem,
        ImageOptions images,
        Map<String, Object> manifest,
        Verdict verdict,
        ForwardModel model,
        Noise noise,
        double[] measured,
        Posterior posterior,
        List<ParameterSummary> summary,
        double[] predictedMean,
        double[] predictedSd,
        List<Segment> segments,
        List<StepInfo> steps,
        Workers workers) {
    /**
     * A part of the run with the same plug-ins throughout.
     *
     * @param number from 1
     * @param from steps of the run done before it
     * @param iterations steps in it
     * @param sections the problem's sections {@code prior}, {@code noise}, {@code solver} and
     *     {@code backend} as they stood
     * @param score how well it predicts the data
     * @param draws its posterior
     * @param summary one row per parameter
     */
    public record Segment(
            int number,
            int from,
            int iterations,
            Map<String, Object> sections,
            Score score,
            Ensemble draws,
            List<ParameterSummary> summary) {}

    /**
     * How well a posterior predicts the data that it was made from. Residuals are in units of the
     * noise's standard deviation.
     *
     * @param misfit mean squared standardised residual at the posterior mean; about 1 when model
     *     and noise describe the data
     * @param crps continuous ranked probability score of the posterior-predictive distribution,
     *     mean over the data (Gneiting and Raftery, J. Amer. Statist. Assoc. 102, 2007, eq. 21);
     *     less is better
     * @param coverage share of the data inside the central 90 % of their predictive distribution
     * @param dic deviance information criterion, D̄ + p_D with D = 2Φ (Spiegelhalter et al., J. R.
     *     Statist. Soc. B 64, 2002), up to a constant of the data and the noise; less is better
     * @param effectiveParameters p_D = D̄ − D(θ̄)
     */
    public record Score(
            double misfit, double crps, double coverage, double dic, double effectiveParameters) {}

    /**
     * How pictures are made.
     *
     * @param size pixels along a side of images/*.csv and the maps
     * @param exceedance threshold t of P(|field − neutral| &gt; t), in the field's unit; NaN for a
     *     tenth of the largest absolute mean
     */
    public record ImageOptions(int size, double exceedance) {}

    /**
     * A row of summary.csv. NaN where a number makes no sense.
     *
     * @param name the parameter
     * @param unit its unit, or the empty string
     * @param mean posterior mean
     * @param sd posterior standard deviation
     * @param q05 5 % quantile
     * @param q50 median
     * @param q95 95 % quantile
     * @param ess effective sample size
     * @param mcse Monte Carlo standard error of the mean
     * @param rhat potential scale reduction
     * @param exceedance the shares of draws above the problem's thresholds, by threshold
     */
    public record ParameterSummary(
            String name,
            String unit,
            double mean,
            double sd,
            double q05,
            double q50,
            double q95,
            double ess,
            double mcse,
            double rhat,
            Map<Double, Double> exceedance) {}
}
