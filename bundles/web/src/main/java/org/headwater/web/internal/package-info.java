/** The page of the lab server: its files, built from {@code src/main/web}, and who serves them. */
package org.headwater.web.internal;
