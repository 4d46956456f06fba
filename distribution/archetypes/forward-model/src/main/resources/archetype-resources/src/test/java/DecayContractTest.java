package ${package};

import java.util.List;
import java.util.Map;
import org.headwater.api.ForwardModelProvider;
import org.headwater.testkit.junit.ForwardModelContract;

class DecayContractTest extends ForwardModelContract {
    @Override
    protected ForwardModelProvider provider() {
        return new DecayProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("times", List.of(0, 0.5, 1, 2, 4));
    }

    @Override
    protected Map<String, ?> data() {
        return Map.of("values", List.of(2.0, 1.5, 1.2, 0.7, 0.3));
    }
}
