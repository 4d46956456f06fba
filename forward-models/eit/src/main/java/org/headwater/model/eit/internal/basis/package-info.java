/** Bases in which the change of conductivity is expanded: blobs, cosines, wavelets, pixels. */
package org.headwater.model.eit.internal.basis;
