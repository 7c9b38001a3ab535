import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Java's own HttpClient at the provisioning API, as it comes: it asks for HTTP/2 by an upgrade.
 *
 *     java HttpStory.java CRM CAS CONTROL
 */
public final class HttpStory {
    private static final String TOKEN = "04FFBB37FED475A778F122709CBAC1D5";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private HttpStory() {}

    public static void main(String[] arguments) throws Exception {
        String calls = arguments[0] + "/conax_web_services/provisioning_requests";
        String control = arguments[2];

        // Ten at a time, on as many connections as the client likes.
        HttpRequest add = post(URI.create(calls + "/add_subscriptions"), body());
        List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, 10)
                .mapToObj(call -> CLIENT.sendAsync(add, BodyHandlers.ofString()))
                .toList();
        for (CompletableFuture<HttpResponse<String>> one : sent) {
            HttpResponse<String> answer = one.get();
            expect("creating", answer.body(), "\"code\":\"OK\"");
            expect("the version", answer.version().toString(), "HTTP_1_1");
        }

        HttpRequest run = post(URI.create(control + "/v1/runs"), "");
        expect("the run", CLIENT.send(run, BodyHandlers.ofString()).body(), "\"completed\": 10");

        URI show = URI.create(calls + "/show?token=" + TOKEN
                + "&provisioning_request_identifier=number=4059");
        HttpResponse<String> shown =
                CLIENT.send(HttpRequest.newBuilder(show).build(), BodyHandlers.ofString());
        expect("the state shown", shown.body(), "\"life_cycle_state\":\"COMPLETED\"");
    }

    private static HttpRequest post(URI address, String body) {
        return HttpRequest.newBuilder(address)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private static String body() {
        return "{\"token\": \"" + TOKEN + "\", \"subscription_identifier\": {\"number\": \"S60600\"},"
                + " \"service_identifier\": {\"code\": \"SPORT\"},"
                + " \"smartcard_identifier\": {\"serial_number\": \"01900080208\"}}";
    }

    private static void expect(String what, String found, String piece) {
        if (!found.contains(piece)) {
            System.err.println("not as expected: " + what + ": " + found + " without " + piece);
            System.exit(1);
        }
    }
}
