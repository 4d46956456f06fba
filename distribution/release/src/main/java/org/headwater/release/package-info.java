/**
 * What is handed out: which software of others the distribution holds, and under which licences.
 */
package org.headwater.release;
