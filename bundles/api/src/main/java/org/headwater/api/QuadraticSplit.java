package org.headwater.api;

/**
 * A potential as the sum of a quadratic and of something else, ψ = quadratic + rest.
 *
 * @param quadratic ½θᵀΛθ
 * @param rest the prior that remains; flat if nothing does
 */
public record QuadraticSplit(QuadraticPotential quadratic, Prior rest) {}
