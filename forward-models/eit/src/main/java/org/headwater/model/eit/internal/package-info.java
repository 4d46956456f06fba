/**
 * Electrical impedance tomography as a forward model: settings and presets, the model and its
 * derivatives, the homogeneous fit, synthetic data.
 *
 * <p>Symbols: L electrodes; P current patterns, C (L×P, A); M measurement patterns, Q (L×M); T
 * triangles; d coefficients θ of a basis B (T×d); σ = σ₀e^{Bθ} or σ₀ + Bθ (S/m); h height of the
 * tank (m); the two-dimensional solver works with the sheet conductance σh (S) and z/h (Ω·m); G
 * (L×L, Ω) transfer matrix; V = QᵀGC voltages.
 */
package org.headwater.model.eit.internal;
