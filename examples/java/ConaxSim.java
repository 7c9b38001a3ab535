import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A simulator for a Java suite: the program, or a container of it if {@code CONAX_SIM} says so. */
final class ConaxSim implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private final Process process;
  private final String opened;

  /** Starts it on free ports and returns once it is ready. Its clock stands still. */
  ConaxSim(String... flags) throws IOException {
    String program = System.getenv().getOrDefault("CONAX_SIM", "target/release/conax-sim");
    List<String> command = new ArrayList<>(List.of(program.split(" ")));
    command.addAll(List.of("serve", "--host", "127.0.0.1", "--port", "0", "--cas-port", "0",
        "--control-port", "0", "--format", "json", "--log", "off", "--seed", "1",
        "--clock", "stepped from 2026-01-01T09:00:00"));
    command.addAll(List.of(flags));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    opened = process.inputReader().readLine();
    if (opened == null) {
      throw new IOException(program + " did not open");
    }
  }

  /** Calls a method of the provisioning API in a world; its answer. */
  String post(String world, String method, String body) throws IOException, InterruptedException {
    String base = member("crm") + member("base_path") + "/conax_web_services/provisioning_requests/";
    return call("POST", base + method, world, body);
  }

  /** Calls the control API about a world; its answer. */
  String control(String world, String verb, String path) throws IOException, InterruptedException {
    return call(verb, member("control") + "/v1/" + path, world, "");
  }

  private String call(String verb, String url, String world, String body)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("conax-sim-world", world)
        .header("content-type", "application/json")
        .method(verb, HttpRequest.BodyPublishers.ofString(body)).build();
    return CLIENT.send(request, BodyHandlers.ofString()).body();
  }

  private String member(String name) {
    var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(opened);
    return found.find() ? found.group(1) : "";
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
