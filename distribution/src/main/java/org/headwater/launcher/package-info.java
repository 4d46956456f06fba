/**
 * Starts Headwater: a Felix framework on the bundles of an installation, with a cache of its own
 * for each process, and hands the command line over to the service that understands it.
 */
package org.headwater.launcher;
