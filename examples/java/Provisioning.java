/** How a Java suite uses the simulator: one for the suite, a world for each test. */
final class Provisioning {
  private static final String BODY = """
      {"token": "04FFBB37FED475A778F122709CBAC1D5",
       "subscription_identifier": {"id": "98D375E905CD31F4CC780342525B2078"},
       "service_identifier": {"id": "5C2DCFDD743632AC57AE8147B6EE665E"},
       "smartcard_identifier": {"id": "ABE63350738749C47F404687DA5E5A47"}}
      """;

  /** Runs both tests: {@code java -cp target/java Provisioning}. */
  public static void main(String[] arguments) throws Exception {
    try (ConaxSim simulator = new ConaxSim()) {
      aRequestIsSentByARun(simulator);
      worldsDoNotSeeEachOther(simulator);
    }
    System.out.println("2 passed");
  }

  private static void aRequestIsSentByARun(ConaxSim simulator) throws Exception {
    String created = simulator.post("a-run", "add_subscriptions", BODY);
    expect(created, "\"PENDING\"");
    expect(simulator.control("a-run", "POST", "runs"), "\"completed\": 1");
  }

  private static void worldsDoNotSeeEachOther(ConaxSim simulator) throws Exception {
    for (String world : new String[] {"one", "two"}) {
      expect(simulator.post(world, "add_subscriptions", BODY), "\"4050\"");
    }
  }

  private static void expect(String answer, String words) {
    if (!answer.contains(words)) {
      throw new AssertionError(words + " is not in " + answer);
    }
  }
}
