package org.headwater.model.eit.internal.cem;

/** Meshes round tanks with rings of nodes that grow finer towards the boundary. */
public final class RingMesher {
    private RingMesher() {}

    /**
     * A graded mesh of a disc. Deterministic: the same arguments give the same bits.
     *
     * @param tank the tank
     * @param targetNodes wanted number of nodes; the mesh has within 10 % of it
     * @return a mesh centred at the origin whose electrodes end exactly on boundary nodes
     * @throws org.headwater.api.InvalidInputException with key {@code forward-model.mesh.nodes} if
     *     so few nodes cannot resolve the electrodes
     */
    public static ElectrodeMesh mesh(TankShape tank, int targetNodes) {
        throw new UnsupportedOperationException();
    }
}
