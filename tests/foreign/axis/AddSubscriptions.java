import java.io.PrintStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.apache.axis.AxisFault;

import v1.authorization.conax_sim.AddSubscriptionsAddSubscriptionsRequest;
import v1.wsdl.conax_sim.AuthorizationBindingStub;
import v1.wsdl.conax_sim.AuthorizationServiceLocator;

/**
 * Calls AddSubscriptions through the stub WSDL2Java made, and prints what the client throws, as
 * AxisFault.dumpToString() tells it; "(no fault)" if it throws nothing. A form feed ends each.
 *
 *   java AddSubscriptions URL READ_TIMEOUT_MS CALLS CALLS_AT_A_TIME
 */
public final class AddSubscriptions {
    private AddSubscriptions() {}

    public static void main(String[] arguments) throws Exception {
        URL url = new URL(arguments[0]);
        int readTimeout = Integer.parseInt(arguments[1]);
        int callCount = Integer.parseInt(arguments[2]);
        ExecutorService callers = Executors.newFixedThreadPool(Integer.parseInt(arguments[3]));
        List<Callable<String>> calls = new ArrayList<>();
        for (int call = 0; call < callCount; call++) {
            calls.add(() -> dump(url, readTimeout));
        }
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        for (Future<String> called : callers.invokeAll(calls)) {
            out.print(called.get() + "\f");
        }
        callers.shutdown();
    }

    private static String dump(URL url, int readTimeout) throws Exception {
        AuthorizationBindingStub stub =
                (AuthorizationBindingStub) new AuthorizationServiceLocator().getAuthorizationPort(url);
        stub.setTimeout(readTimeout);
        AddSubscriptionsAddSubscriptionsRequest request =
                new AddSubscriptionsAddSubscriptionsRequest();
        request.setCaClientId("01900080208");
        request.setProductIds(new String[] {"P1test"});
        try {
            stub.addSubscriptions(request);
            return "(no fault)";
        } catch (AxisFault fault) {
            return fault.dumpToString();
        }
    }
}
