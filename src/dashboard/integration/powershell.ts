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

/** A script for Windows PowerShell and PowerShell that predicts for one spectrum over plain HTTP. No test runs it. */
export function powershell(target: Target): string {
  const { inputLength, xAxis, hasLimits } = target;
  const axis = xAxis
    ? `
  # ${COMMENTS.axis(target)}
  # x_values = @(${endsOf(xAxis)})`
    : '';
  const verdict = hasLimits ? ' $($prediction.applicability.verdict)' : '';
  return `# For Windows PowerShell 5.1 and PowerShell 7. Unlike the other snippets, no test of Spectrakey runs this one.
$ErrorActionPreference = 'Stop'
if (-not $env:${KEY_VARIABLE}) { throw 'Set ${KEY_VARIABLE} to the API key.' }

$json = ConvertTo-Json -Compress -Depth 4 @{
  # ${COMMENTS.spectra(target)}
  spectra = @(@{ sample_name = 'sample-1'; y_values = @(0.0) * ${inputLength} })${axis}
}
$headers = @{
  'Authorization' = "Api-Key $env:${KEY_VARIABLE}"
  # ${COMMENTS.idempotencyKey}
  'Idempotency-Key' = [guid]::NewGuid().ToString()
}
$call = @{
  Uri = '${urlOf('rest', target)}'
  Method = 'Post'
  Headers = $headers
  ContentType = 'application/json'
  Body = [Text.Encoding]::UTF8.GetBytes($json)
  TimeoutSec = 60
}

# ${COMMENTS.retried}
for ($attempt = 1; ; $attempt++) {
  try {
    $answer = Invoke-RestMethod @call
    break
  } catch {
    $response = $_.Exception.Response
    $status = if ($response) { [int]$response.StatusCode } else { 0 }
    $seconds = [math]::Pow(2, $attempt)
    # The two versions have responses of different types.
    $retryAfter = if ($response -is [Net.HttpWebResponse]) { $response.Headers['Retry-After'] }
      elseif ($response) { $response.Headers.RetryAfter.Delta.TotalSeconds }
    if ($null -ne $retryAfter) { $seconds = [double]$retryAfter }
    # ${COMMENTS.refused}
    # ${COMMENTS.rehearsed}
    $isRehearsed = $status -eq 403 -and $null -ne $retryAfter
    $isTemporary = $isRehearsed -or @(0, 429, 502, 503, 504) -contains $status
    $maxSeconds = if ($isRehearsed) { ${MAX_REHEARSAL_SECONDS} } else { ${MAX_WAIT_SECONDS} }
    if (-not $isTemporary -or $attempt -eq ${MAX_ATTEMPTS} -or $seconds -gt $maxSeconds) { throw }
    Start-Sleep -Seconds $seconds
  }
}
foreach ($prediction in $answer.predictions) {
  "$($prediction.sample_name) $($prediction.value)${verdict}"
}
`;
}
