package org.headwater.model.linear.internal;

/** A matrix A, m × d, by its products. Immutable and thread-safe. */
interface LinearMap {
    /** m. */
    int rows();

    /** d. */
    int columns();

    /** A new set of products with a workspace of its own, for one thread. */
    Products products();

    /** Products with vectors that start somewhere in their arrays. */
    interface Products {
        /**
         * Y = XAᵀ: A times each row of X.
         *
         * @param x count × d from {@code xo} on, not modified
         * @param y count × m from {@code yo} on, modified
         */
        void apply(double[] x, int xo, int count, double[] y, int yo);

        /**
         * X = YA: Aᵀ times each row of Y.
         *
         * @param y count × m from {@code yo} on, not modified
         * @param x count × d from {@code xo} on, modified
         */
        void adjoint(double[] y, int yo, int count, double[] x, int xo);
    }
}
