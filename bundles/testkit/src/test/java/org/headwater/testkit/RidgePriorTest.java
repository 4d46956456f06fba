package org.headwater.testkit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Settings;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/** The contract as the author of a plug-in uses it. */
class RidgePriorTest extends PriorContract {
    @Override
    protected PriorProvider provider() {
        return new RidgePrior.Provider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", 1);
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(RidgePrior.D);
    }

    /** A fault becomes a failed test of that name, with the finding as its message. */
    @Test
    void brokenPriorFailsTheTestOfItsFault() throws Exception {
        PriorContract broken =
                new PriorContract() {
                    @Override
                    protected PriorProvider provider() {
                        return new RidgePrior.Provider() {
                            @Override
                            public Prior create(Settings settings, FieldShape shape) {
                                return new RidgePrior() {
                                    @Override
                                    public double curvature(int coordinate) {
                                        return Double.NaN;
                                    }
                                };
                            }
                        };
                    }

                    @Override
                    protected Map<String, ?> settings() {
                        return Map.of("weight", 1);
                    }
                };
        DynamicTest scales =
                broken.contract()
                        .filter(t -> t.getDisplayName().equals("scales"))
                        .findFirst()
                        .get();
        AssertionError error =
                assertThrows(AssertionError.class, () -> scales.getExecutable().execute());
        assertTrue(error.getMessage().contains("NaN"), error.getMessage());
    }
}
