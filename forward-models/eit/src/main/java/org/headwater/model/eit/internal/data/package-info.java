/** What was driven and measured: current and measurement patterns, voltages, and their files. */
package org.headwater.model.eit.internal.data;
