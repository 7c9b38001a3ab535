import java.net.URL;
import java.util.Arrays;

import org.apache.axis.AxisFault;

import v1.authorization.conax_sim.AddSubscriptionsAddSubscriptionsRequest;
import v1.authorization.conax_sim.AddSubscriptionsResponseTransactionStatus;
import v1.authorization.conax_sim.GetActiveSubscriptionsGetActiveSubscriptionsRequest;
import v1.authorization.conax_sim.GetActiveSubscriptionsResponseActiveSubscriptionsActiveSubscription;
import v1.authorization.conax_sim.GetActiveSubscriptionsResponseTransactionStatus;
import v1.authorization.conax_sim.holders.GetActiveSubscriptionsResponseActiveSubscriptionsHolder;
import v1.authorization.conax_sim.holders.GetActiveSubscriptionsResponseTransactionStatusHolder;
import v1.wsdl.conax_sim.AuthorizationBindingStub;
import v1.wsdl.conax_sim.AuthorizationServiceLocator;

/**
 * Axis 1.4 at the Conax endpoint, by the stubs that WSDL2Java made of the WSDL of a world: adds a
 * subscription, asks what is active, and is refused. The stubs know the address from the WSDL.
 */
public final class AxisStory {
    private AxisStory() {}

    public static void main(String[] arguments) throws Exception {
        AuthorizationBindingStub stub =
                (AuthorizationBindingStub) new AuthorizationServiceLocator().getAuthorizationPort();
        stub.setTimeout(10_000);

        AddSubscriptionsResponseTransactionStatus added = add(stub, "01900080208");
        expect("adding", added.getStatusCode(), "OK");
        expect("a transaction", added.getTransactionId().length(), 36);

        GetActiveSubscriptionsGetActiveSubscriptionsRequest asked =
                new GetActiveSubscriptionsGetActiveSubscriptionsRequest();
        asked.setCaClientId("01900080208");
        GetActiveSubscriptionsResponseTransactionStatusHolder status =
                new GetActiveSubscriptionsResponseTransactionStatusHolder();
        GetActiveSubscriptionsResponseActiveSubscriptionsHolder active =
                new GetActiveSubscriptionsResponseActiveSubscriptionsHolder();
        stub.getActiveSubscriptions(asked, status, active);
        GetActiveSubscriptionsResponseTransactionStatus told = status.value;
        expect("asking", told.getStatusCode(), "OK");
        expect("products", Arrays.toString(products(active)), "[P1test]");

        AddSubscriptionsResponseTransactionStatus refused = add(stub, "99999999999");
        expect("a card that is not there", refused.getStatusCode(), "CLIENT_NOT_FOUND");
    }

    private static AddSubscriptionsResponseTransactionStatus add(
            AuthorizationBindingStub stub, String card) throws Exception {
        AddSubscriptionsAddSubscriptionsRequest request =
                new AddSubscriptionsAddSubscriptionsRequest();
        request.setCaClientId(card);
        request.setProductIds(new String[] {"P1test"});
        return stub.addSubscriptions(request);
    }

    private static String[] products(GetActiveSubscriptionsResponseActiveSubscriptionsHolder active) {
        return Arrays.stream(active.value)
                .map(GetActiveSubscriptionsResponseActiveSubscriptionsActiveSubscription::getProductId)
                .toArray(String[]::new);
    }

    private static void expect(String what, Object found, Object expected) {
        if (!expected.equals(found)) {
            System.err.println("not as expected: " + what + ": found " + found + ", expected " + expected);
            System.exit(1);
        }
    }
}
