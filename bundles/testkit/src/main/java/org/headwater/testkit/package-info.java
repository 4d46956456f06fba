/**
 * The checks that every plug-in must pass, as plain code: on a live service ({@code hw:verify}),
 * and in the JUnit classes of {@link org.headwater.testkit.junit}.
 *
 * <p>A check compares a plug-in with what its contract in {@link org.headwater.api} says: with its
 * own definition (a prox with the potential, a gradient with differences), with quadrature and
 * closed forms, and with itself on other threads and in other batches. Checks draw their points
 * from fixed seeds: the same plug-in gives the same findings.
 */
@Export
@Version("0.1.0")
package org.headwater.testkit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
