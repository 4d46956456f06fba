package org.headwater.report.internal;

import java.util.List;
import java.util.Map;
import org.headwater.report.internal.RunReport.FieldMap;
import org.headwater.report.internal.RunReport.FieldMaps;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;

/** What was found, in pictures: maps of fields, or means and intervals. */
final class FindingsSection {
    private final RunResult run;
    private final List<FieldMaps> fields;
    private final Map<String, byte[]> pictures;
    private final String trouble;
    private final Html html;

    FindingsSection(
            RunResult run,
            List<FieldMaps> fields,
            Map<String, byte[]> pictures,
            String trouble,
            Html html) {
        this.run = run;
        this.fields = fields;
        this.pictures = pictures;
        this.trouble = trouble;
        this.html = html;
    }

    /** Adds the section. */
    void write() {
        if (!trouble.isEmpty()) {
            html.open("p", "class", "note")
                    .text(
                            "The pictures are missing because this Java runtime cannot draw ("
                                    + trouble
                                    + "). The numbers are complete: images/*.csv and, for fields,"
                                    + " images/mesh.vtu.")
                    .close("p");
        }
        if (fields.isEmpty()) {
            if (pictures.containsKey("parameters")) {
                html.section("findings", "What was found", "");
                html.figure(
                        pictures.get("parameters"),
                        parametersAlt(),
                        "Posterior mean (dots) and central 90 % interval (bars) of each parameter:"
                                + " the true value lies within its bar with 90 % probability, if"
                                + " model, noise and prior hold.");
                html.endSection();
            }
            return;
        }
        for (FieldMaps field : fields) {
            String id = "field-" + RunReport.fileName(field.field().name());
            html.section(id, "What was found: " + field.field().name().replace('-', ' '), "");
            html.open("div", "class", "maps").line();
            for (FieldMap map : field.maps()) {
                html.figure(pictures.get(map.name()), mapAlt(field, map), map.explanation());
            }
            html.close("div");
            html.endSection();
        }
    }

    private String parametersAlt() {
        ParameterSummary largest = run.summary().get(0);
        for (ParameterSummary row : run.summary()) {
            if (Math.abs(row.mean()) > Math.abs(largest.mean())) {
                largest = row;
            }
        }
        return "Plot of the posterior means and 90 % intervals; largest mean: "
                + largest.name()
                + " "
                + ParametersSection.interval(largest)
                + ".";
    }

    private static String mapAlt(FieldMaps field, FieldMap map) {
        double[] v = map.perTriangle();
        int low = 0;
        int high = 0;
        for (int t = 1; t < v.length; t++) {
            low = v[t] < v[low] ? t : low;
            high = v[t] > v[high] ? t : high;
        }
        return "Map: "
                + map.title()
                + ". Lowest "
                + place(field, map, low)
                + ", highest "
                + place(field, map, high)
                + ".";
    }

    private static String place(FieldMaps field, FieldMap map, int triangle) {
        double x = 0;
        double y = 0;
        for (int k = 3 * triangle; k < 3 * triangle + 3; k++) {
            int node = field.field().geometry().triangles()[k];
            x += field.field().geometry().nodes()[2 * node] / 3;
            y += field.field().geometry().nodes()[2 * node + 1] / 3;
        }
        String value = Numbers.withUnit(Numbers.format(map.perTriangle()[triangle], 3), map.unit());
        return value
                + " at ("
                + Numbers.format(x, 2)
                + ", "
                + Numbers.withUnit(Numbers.format(y, 2) + ")", field.field().geometry().unit());
    }
}
