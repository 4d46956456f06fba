package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Says in one sentence why a jar is not a plug-in that works, and what to do. */
final class PluginDoctor {
    private static final String NO_BUNDLE =
            "build it with the bnd-maven-plugin as docs/write-a-plugin.md shows";
    private static final Pattern PACKAGE =
            Pattern.compile(
                    "\\(" + Pattern.quote(PackageNamespace.PACKAGE_NAMESPACE) + "=([^)]*)\\)");
    private static final Pattern AT_LEAST = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

    private PluginDoctor() {}

    /** What is wrong with a jar, as far as the file itself tells; empty when nothing. */
    static String inspect(Path jar) {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
            if (main.getValue(Constants.BUNDLE_SYMBOLICNAME) == null) {
                return "it is a jar but no OSGi bundle, as its manifest has no Bundle-SymbolicName; "
                        + NO_BUNDLE;
            }
            if (main.getValue("Service-Component") == null
                    && main.getValue(Constants.BUNDLE_ACTIVATOR) == null) {
                return "it registers no service, as it has neither Declarative Services components"
                        + " nor an activator; annotate its provider with @Component";
            }
            return "";
        } catch (ZipException e) {
            return "it is not a jar file (" + e.getMessage() + "); copy it again";
        } catch (IOException e) {
            return "it cannot be read (" + e.getMessage() + "); check its permissions";
        }
    }

    /** Why a bundle did not start. */
    static String explain(Bundle bundle, BundleException e, BundleContext context) {
        if (e.getType() == BundleException.ACTIVATOR_ERROR) {
            return "its activator failed with " + rootCause(e) + "; this is a fault of the plug-in";
        }
        List<String> missing = missing(bundle, context);
        if (!missing.isEmpty()) {
            return "it " + String.join(", and ", missing);
        }
        return firstLine(e.getMessage());
    }

    /** What a bundle needs and nothing here offers. */
    private static List<String> missing(Bundle bundle, BundleContext context) {
        List<String> missing = new ArrayList<>();
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return missing;
        }
        for (BundleRequirement need : revision.getDeclaredRequirements(null)) {
            if (Constants.RESOLUTION_OPTIONAL.equals(
                            need.getDirectives().get(Constants.RESOLUTION_DIRECTIVE))
                    || "active".equals(need.getDirectives().get(Constants.EFFECTIVE_DIRECTIVE))) {
                continue;
            }
            List<BundleCapability> offers = offers(context, need.getNamespace());
            if (offers.stream().noneMatch(need::matches)) {
                missing.add(sentence(need, offers));
            }
        }
        return missing;
    }

    private static List<BundleCapability> offers(BundleContext context, String namespace) {
        List<BundleCapability> all = new ArrayList<>();
        for (Bundle b : context.getBundles()) {
            BundleRevision revision = b.adapt(BundleRevision.class);
            if (revision != null && b.getState() != Bundle.UNINSTALLED) {
                all.addAll(revision.getDeclaredCapabilities(namespace));
            }
        }
        return all;
    }

    private static String sentence(BundleRequirement need, List<BundleCapability> offers) {
        String filter = String.valueOf(need.getDirectives().get(Constants.FILTER_DIRECTIVE));
        if (ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE.equals(
                need.getNamespace())) {
            Matcher version = Pattern.compile("\\(version=([^)]*)\\)").matcher(filter);
            return "needs Java "
                    + (version.find() ? version.group(1) : filter)
                    + ", this is Java "
                    + Runtime.version().feature()
                    + "; run Headwater on that Java or ask for a build for this one";
        }
        Matcher name = PACKAGE.matcher(filter);
        if (!name.find()) {
            return "needs "
                    + need.getNamespace()
                    + " "
                    + filter
                    + ", which nothing here offers; ask its author";
        }
        String wanted = name.group(1);
        String range = range(filter);
        List<String> versions = new ArrayList<>();
        for (BundleCapability c : offers) {
            if (wanted.equals(c.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))
                    && c.getAttributes().get(Constants.VERSION_ATTRIBUTE) instanceof Version v
                    && !versions.contains(plain(v))) {
                versions.add(plain(v));
            }
        }
        if (versions.isEmpty()) {
            return "needs the package "
                    + wanted
                    + ", which nothing here has; put the jar that has it beside it, or build the"
                    + " package into the plug-in";
        }
        boolean ours = wanted.startsWith("org.headwater.");
        return "needs "
                + wanted
                + range
                + ", installed is "
                + String.join(" and ", versions)
                + (ours
                        ? "; try a build of it for this Headwater, or another Headwater"
                        : "; put that version beside it, or build the package into the plug-in");
    }

    private static String range(String filter) {
        Matcher below = BELOW.matcher(filter);
        String upper = below.find() ? below.group(1) : null;
        Matcher atLeast =
                AT_LEAST.matcher(upper == null ? filter : filter.replace(below.group(), ""));
        StringBuilder s = new StringBuilder();
        if (atLeast.find()) {
            s.append(" ≥ ").append(plain(Version.parseVersion(atLeast.group(1))));
        }
        if (upper != null) {
            s.append(s.isEmpty() ? " < " : " and < ").append(plain(Version.parseVersion(upper)));
        }
        return s.toString();
    }

    private static String plain(Version v) {
        return v.getMajor() + "." + v.getMinor() + (v.getMicro() == 0 ? "" : "." + v.getMicro());
    }

    /** The innermost cause of an error, on one line. */
    static String rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message =
                cause.getMessage() == null ? "" : " (" + firstLine(cause.getMessage()) + ")";
        return cause.getClass().getSimpleName() + message;
    }

    /** The first line of a text. */
    static String firstLine(String text) {
        return String.valueOf(text).strip().lines().findFirst().orElse("");
    }
}
