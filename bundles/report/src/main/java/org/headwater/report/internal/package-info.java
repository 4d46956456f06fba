/**
 * Pictures and the report of a finished run.
 *
 * <p>{@link org.headwater.report.internal.RunReport} is the service. It reduces the posterior draws
 * to {@link org.headwater.report.internal.FieldStatistics} per triangle, lays these on a {@link
 * org.headwater.report.internal.PixelGrid}, and writes CSV, PNG, VTU and HTML.
 *
 * <p>Plots are drawn with Java2D shapes, text included ({@link
 * org.headwater.report.internal.Lettering}): AWT fonts need fontconfig and freetype, which a server
 * with a bare JDK lacks, and differ from machine to machine.
 */
package org.headwater.report.internal;
