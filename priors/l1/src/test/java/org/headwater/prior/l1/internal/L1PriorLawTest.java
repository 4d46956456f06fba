package org.headwater.prior.l1.internal;

import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.testkit.junit.PriorContract;

class L1PriorLawTest extends PriorContract {
    @Override
    protected PriorProvider provider() {
        return new L1PriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", List.of(.3, 1, 0, 4, 20));
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(5);
    }
}
