/** One class an experiment, and what they report with. */
package org.headwater.experiments.internal;
