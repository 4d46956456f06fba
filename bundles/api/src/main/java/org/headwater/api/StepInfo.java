package org.headwater.api;

import java.util.Map;

/**
 * What a step says of itself, for the progress bar, the log and the report.
 *
 * @param iteration steps done, from 1
 * @param residual size of the step relative to the particles' spread; how near to rest the flow is
 * @param spread rms of the particles' standard deviations relative to the start's scale
 * @param failed particles whose forward model failed in this step
 * @param values further named diagnostics
 */
public record StepInfo(
        int iteration, double residual, double spread, int failed, Map<String, Double> values) {}
