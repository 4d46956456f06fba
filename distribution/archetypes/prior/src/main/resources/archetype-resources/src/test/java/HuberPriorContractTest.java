package ${package};

import java.util.Map;
import org.headwater.api.PriorProvider;
import org.headwater.testkit.junit.PriorContract;

class HuberPriorContractTest extends PriorContract {
    @Override
    protected PriorProvider provider() {
        return new HuberPriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", 2.0, "width", 0.5);
    }
}
