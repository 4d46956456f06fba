/**
 * The lab server: a queue of jobs that outlives the process, and the HTTP API to it.
 *
 * <p>What a job is stands in its folder {@code data/jobs/ID}: {@code job.json} (the queue's entry),
 * {@code input/} (the problem and its files as they were sent) and {@code run/} (the run
 * directory). The database is an index of these folders, made anew from them at need.
 */
package org.headwater.server.internal;
