/**
 * The complete electrode model of electrical impedance tomography on P1 triangles: meshes with
 * electrodes, the ring mesher, the Gmsh reader, and the finite-element solver.
 *
 * <p>Symbols: σ sheet conductance per triangle (S); z contact impedance per electrode (Ω·m); u
 * nodal potential (V); U electrode potential (V); I electrode current (A); K_e stiffness of
 * triangle e at σ = 1; S Schur complement of the system on the first L−1 electrodes; x_a potential
 * of a unit current into electrode a, drawn at the last electrode; L electrodes; n nodes; e
 * triangles.
 */
package org.headwater.model.eit.internal.cem;
