/** Times of the kernels, measured by JMH. */
package org.headwater.benchmarks;
