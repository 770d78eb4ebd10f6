import {
  COMMENTS,
  endsOf,
  KEY_VARIABLE,
  MAX_ATTEMPTS,
  MAX_REHEARSAL_SECONDS,
  MAX_WAIT_SECONDS,
  type Target,
  urlOf,
} from './target.ts';

/** A program in C# for .NET Framework, .NET and Mono that predicts for one spectrum over plain HTTP. */
export function csharp(target: Target): string {
  const { inputLength, kind, xAxis, hasLimits } = target;
  const type = kind === 'REGRESSION' ? 'double' : 'string';
  const axis = xAxis
    ? `
            // ${COMMENTS.axis(target)}
            // x_values = new double[] { ${endsOf(xAxis)} },`
    : '';
  const printed = `prediction.sample_name + " " + ${kind === 'REGRESSION' ? 'prediction.value.ToString(CultureInfo.InvariantCulture)' : 'prediction.value'}${hasLimits ? ' + " " + prediction.applicability.verdict' : ''}`;
  return `// For .NET Framework 4.6, .NET 8 and Mono, and later versions; C# 6. With Mono:
// mcs -r:System.Net.Http -r:System.Runtime.Serialization Predict.cs
using System;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Runtime.Serialization.Json;
using System.Threading.Tasks;

public class Spectrum
{
    public string sample_name { get; set; }
    public double[] y_values { get; set; }
}

public class Request
{
    public Spectrum[] spectra { get; set; }${xAxis ? '\n    public double[] x_values { get; set; }' : ''}
}
${hasLimits ? '\npublic class Applicability\n{\n    public string verdict { get; set; }\n}\n' : ''}
public class Prediction
{
    public string sample_name { get; set; }
    public ${type} value { get; set; }${hasLimits ? '\n    public Applicability applicability { get; set; }' : ''}
}

public class Answer
{
    public Prediction[] predictions { get; set; }
}

public static class Predict
{
    private const string Url = "${urlOf('rest', target)}";

    public static int Main()
    {
        try
        {
            Run().GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }

    private static async Task Run()
    {
        var request = new Request
        {
            // ${COMMENTS.spectra(target)}
            spectra = new[] { new Spectrum { sample_name = "sample-1", y_values = new double[${inputLength}] } },${axis}
        };
        var body = new MemoryStream();
        new DataContractJsonSerializer(typeof(Request)).WriteObject(body, request);
        using (var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) })
        using (var response = await Send(client, body.ToArray()))
        {
            // ${COMMENTS.refused}
            if (!response.IsSuccessStatusCode)
                throw new Exception((int)response.StatusCode + " " + await response.Content.ReadAsStringAsync());
            var stream = await response.Content.ReadAsStreamAsync();
            var answer = (Answer)new DataContractJsonSerializer(typeof(Answer)).ReadObject(stream);
            foreach (var prediction in answer.predictions)
                Console.WriteLine(${printed});
        }
    }

    // ${COMMENTS.retried}
    private static async Task<HttpResponseMessage> Send(HttpClient client, byte[] body)
    {
        var key = Environment.GetEnvironmentVariable("${KEY_VARIABLE}");
        if (string.IsNullOrEmpty(key)) throw new Exception("Set ${KEY_VARIABLE} to the API key.");
        // ${COMMENTS.idempotencyKey}
        var idempotencyKey = Guid.NewGuid().ToString();
        for (var attempt = 1; ; attempt++)
        {
            var seconds = Math.Pow(2, attempt);
            try
            {
                var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                request.Headers.Authorization = new AuthenticationHeaderValue("Api-Key", key);
                request.Headers.Add("Idempotency-Key", idempotencyKey);
                var response = await client.SendAsync(request);
                var retryAfter = response.Headers.RetryAfter;
                if (retryAfter != null && retryAfter.Delta.HasValue) seconds = retryAfter.Delta.Value.TotalSeconds;
                var status = (int)response.StatusCode;
                // ${COMMENTS.rehearsed}
                var isRehearsed = status == 403 && retryAfter != null;
                var isTemporary = isRehearsed || status == 429 || (status >= 502 && status <= 504);
                var maxSeconds = isRehearsed ? ${MAX_REHEARSAL_SECONDS} : ${MAX_WAIT_SECONDS};
                if (!isTemporary || attempt == ${MAX_ATTEMPTS} || seconds > maxSeconds) return response;
                response.Dispose();
            }
            catch (HttpRequestException) when (attempt < ${MAX_ATTEMPTS}) { }
            catch (TaskCanceledException) when (attempt < ${MAX_ATTEMPTS}) { }
            await Task.Delay(TimeSpan.FromSeconds(seconds));
        }
    }
}
`;
}
