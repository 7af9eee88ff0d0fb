import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Java's own HTTP client, which offers HTTP/2 by an Upgrade header on every request: two over one connection, then a large one. */
class HttpCall {
  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    String body = "{\"query\":\"mutation { predict(input: {deployment: \\\"esol\\\", instances: [\\\"CCO\\\"]}) { predictions { value } } }\"}";
    String padded = body.replace("mutation", "mutation" + " ".repeat(500_000));
    for (String sent : new String[] {body, body, padded}) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(args[0] + "/graphql"))
          .header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(sent)).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(answer.statusCode() + " " + answer.body());
    }
  }
}
