/** The most probable point of a posterior, and the Laplace approximation around it. */
package org.headwater.solver.map.internal;
