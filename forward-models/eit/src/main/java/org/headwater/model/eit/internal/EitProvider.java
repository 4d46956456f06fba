package org.headwater.model.eit.internal;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.model.eit.internal.basis.Basis;
import org.headwater.model.eit.internal.cem.CompleteElectrodeModel;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.data.DataSection;
import org.headwater.model.eit.internal.data.Experiment;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Electrical impedance tomography of a tank with the complete electrode model.
 *
 * <p>With a reference frame the background σ₀ and the contact impedance z, where not given, are
 * fitted to it and then fixed, and data are differences: V − V_ref + model(σ₀, z). Without one,
 * those not given are parameters with Gaussian priors on their logs (sd 0.5 and 1.5) around a fit
 * of a homogeneous tank to the measured voltages; when the data section names no voltages, which
 * then cannot be inverted either, around 0.1 S/m and 1e-3 Ω·m².
 */
@Component(service = ForwardModelProvider.class)
public final class EitProvider implements ForwardModelProvider {
    private static final Logger LOG = LoggerFactory.getLogger(EitProvider.class);

    /** Residual of a homogeneous fit from which on the log warns. */
    private static final double POOR_FIT = 0.3;

    private final PluginInfo info;

    /** The provider of a bundle. */
    @Activate
    public EitProvider(BundleContext context) {
        this(context.getBundle().getVersion().toString());
    }

    /** A provider outside a framework. */
    EitProvider(String version) {
        info =
                new PluginInfo(
                        "eit",
                        version,
                        "Electrical impedance tomography with the complete electrode model",
                        ModelSection.schema(),
                        "");
    }

    @Override
    public PluginInfo info() {
        return info;
    }

    @Override
    public SettingsSchema dataSettings() {
        return DataSection.schema();
    }

    @Override
    public ForwardModel create(Settings model, Settings data) {
        DataSection dataSection = new DataSection(data);
        ModelSection section = new ModelSection(model, dataSection.format());
        ElectrodeMesh mesh = section.mesh();
        Experiment experiment = dataSection.experiment(mesh.electrodes());
        Basis basis = section.basis(mesh);
        CompleteElectrodeModel electrodeModel = new CompleteElectrodeModel(mesh);
        double background = section.background();
        int electrodes = mesh.electrodes();
        double[] given = section.contactImpedances(electrodes);
        double impedance =
                given == null ? Double.NaN : Arrays.stream(given).average().orElseThrow();
        double[] ratios = new double[electrodes];
        for (int l = 0; l < electrodes; l++) {
            ratios[l] = given == null ? 1 : given[l] / impedance;
        }
        boolean anythingUnknown = Double.isNaN(background) || given == null;
        boolean difference = dataSection.hasReference();
        double[] frame = null;
        if (difference) {
            frame = experiment.restrict(dataSection.reference(experiment));
        } else if (anythingUnknown && dataSection.hasVoltages()) {
            frame = experiment.restrict(dataSection.voltages(experiment));
        }
        Homogeneous tank = Homogeneous.nominal(background, impedance, ratios);
        if (frame != null && anythingUnknown) {
            tank =
                    Homogeneous.fit(
                            electrodeModel,
                            experiment,
                            section.height(),
                            frame,
                            background,
                            impedance,
                            ratios,
                            difference ? dataSection.referenceKey() : dataSection.voltagesKey());
            if (difference && section.estimatesEachImpedance()) {
                tank =
                        tank.fitEach(
                                electrodeModel, experiment, section.height(), frame, background);
            }
            report(tank, difference);
            double[] predicted = tank.voltages(electrodeModel, experiment, section.height());
            report(ElectrodeCheck.suspects(experiment, frame, predicted), difference);
        }
        double[] shift = null;
        if (difference) {
            shift = tank.voltages(electrodeModel, experiment, section.height());
            for (int i = 0; i < shift.length; i++) {
                shift[i] -= frame[i];
            }
        }
        boolean backgroundEstimated = Double.isNaN(background) && !difference;
        int impedances =
                difference || given != null ? 0 : section.estimatesEachImpedance() ? electrodes : 1;
        Homogeneous fitted = tank;
        Maker maker =
                (on, in, error, shifted) ->
                        new EitModel(
                                on,
                                experiment,
                                in,
                                section.height(),
                                section.isLog(),
                                fitted,
                                backgroundEstimated,
                                impedances,
                                shifted,
                                error);
        ApproximationError error = null;
        if (section.hasApproximationError()) {
            ElectrodeMesh fine = section.fineMesh();
            error =
                    section.approximationError(
                            maker.make(
                                    new CompleteElectrodeModel(fine),
                                    section.basisLike(basis, fine),
                                    null,
                                    null),
                            maker.make(electrodeModel, basis, null, null),
                            difference);
        }
        return maker.make(electrodeModel, basis, error, shift);
    }

    /** Makes the model on one mesh or another. */
    @FunctionalInterface
    private interface Maker {
        EitModel make(
                CompleteElectrodeModel electrodeModel,
                Basis basis,
                ApproximationError error,
                double[] shift);
    }

    private static void report(Homogeneous tank, boolean difference) {
        String frame = difference ? "reference" : "measured";
        LOG.info(
                "a homogeneous tank fits the {} voltages to {} %: {} S/m, contact impedance {} Ω·m²",
                frame,
                String.format(Locale.ROOT, "%.2f", 100 * tank.residual()),
                String.format(Locale.ROOT, "%.4g", tank.conductivity()),
                tank.contactImpedanceText());
        if (tank.residual() > POOR_FIT) {
            LOG.warn(
                    "a homogeneous tank misses the {} voltages by {} %: check the tank's geometry,"
                            + " the numbering of electrodes and the units",
                    frame, String.format(Locale.ROOT, "%.0f", 100 * tank.residual()));
        }
    }

    private static void report(List<ElectrodeCheck.Suspect> suspects, boolean difference) {
        for (ElectrodeCheck.Suspect suspect : suspects) {
            LOG.warn(
                    "electrode {}: the voltages that it {} miss those of a homogeneous tank by {} %,"
                            + " where {} % is usual among these electrodes: check its contact, place"
                            + " and channel{}",
                    suspect.electrode() + 1,
                    suspect.driving() ? "drives" : "measures",
                    String.format(Locale.ROOT, "%.0f", 100 * suspect.misfit()),
                    String.format(Locale.ROOT, "%.1f", 100 * suspect.usual()),
                    difference ? " (reference frame)" : ", if no object lies close to it");
        }
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        EitModel eit = (EitModel) created;
        Experiment experiment = eit.experiment();
        return eit.referenced(experiment.restrict(new DataSection(data).voltages(experiment)));
    }

    @Override
    public Simulation simulate(Settings model, Settings data, Path truth) {
        DataSection dataSection = new DataSection(data);
        ModelSection section = new ModelSection(model, dataSection.format());
        Truth tank = Truth.read(truth, section.simulationNodes());
        return EitSimulation.of(section, dataSection, data, tank);
    }
}
