#!/usr/bin/env python3
"""Predictions of a Spectrakey deployment, with Python's standard library only (3.9 and later).

As a module:

    client = Client("https://spectrakey.example", os.environ["SPECTRAKEY_API_KEY"])
    answer = client.predict(deployment_id, [("S-1", [0.1, 0.2, ...])], x_values=[900, 902, ...])
    for prediction in answer["predictions"]:
        print(prediction["sample_name"], prediction["value"], answer["model"]["unit"])

As a program, which reads SPECTRAKEY_URL and SPECTRAKEY_API_KEY:

    python3 spectrakey.py key
    python3 spectrakey.py predict DEPLOYMENT FILE...
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

MAX_ATTEMPTS = 5
MAX_WAIT_SECONDS = 60
# After these, the same call may succeed, and its idempotency key keeps it from being charged twice.
RETRIED = {408, 429, 500, 502, 503, 504}
FINAL_CODES = {"QUOTA_EXCEEDED", "MODEL_FAILED"}


class Refused(Exception):
    """An error of the server, with its status and code (https://www.rfc-editor.org/rfc/rfc9457)."""

    def __init__(self, status, problem):
        super().__init__(problem.get("detail") or f"The server answered {status}.")
        self.status = status
        self.code = problem.get("code")
        self.problem = problem


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would send the key to another server."""

    def redirect_request(self, *_arguments):
        return None


class Client:
    """Calls a Spectrakey server with an API key."""

    def __init__(self, url, key, timeout=120):
        self._url = url.rstrip("/")
        self._key = key.strip()
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def key(self):
        """Describes the key and the deployments that it reaches. Costs nothing."""
        return self._send("/api/key")

    def deployment(self, deployment_id):
        """Describes a deployment, with the x values of its model. Costs nothing."""
        return self._send(f"/api/deployments/{deployment_id}")

    def predict(self, deployment_id, spectra, x_values=None, idempotency_key=None):
        """Predicts for up to 1000 spectra, given as pairs of a sample's name and its values.

        With x_values the server checks that these are the x values of the model.
        """
        body = {"spectra": [{"sample_name": name, "y_values": list(values)} for name, values in spectra]}
        if x_values is not None:
            body["x_values"] = list(x_values)
        return self._send(
            f"/api/deployments/{deployment_id}/predict",
            json.dumps(body, allow_nan=False).encode(),
            "application/json",
            idempotency_key or str(uuid.uuid4()),
        )

    def predict_files(self, deployment_id, paths, idempotency_key=None):
        """Predicts for all spectra of files (CSV, JCAMP-DX, SPC), or for none if one is refused."""
        boundary = uuid.uuid4().hex
        body = b""
        for path in paths:
            name = os.path.basename(path).replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            with open(path, "rb") as file:
                content = file.read()
            heading = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            body += heading.encode() + content + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        return self._send(
            f"/api/deployments/{deployment_id}/predict/file",
            body,
            f"multipart/form-data; boundary={boundary}",
            idempotency_key or str(uuid.uuid4()),
        )

    def _send(self, path, body=None, content_type=None, idempotency_key=None):
        headers = {"Authorization": f"Api-Key {self._key}"}
        if content_type:
            headers["Content-Type"] = content_type
        if idempotency_key:
            headers["Idempotency-Key"] = f'"{idempotency_key}"'
        for attempt in range(1, MAX_ATTEMPTS + 1):
            request = urllib.request.Request(self._url + path, data=body, headers=headers)
            wait = 2 ** (attempt - 1)
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                refused = Refused(error.code, _problem_in(error))
                is_final = refused.code in FINAL_CODES or error.code not in RETRIED
                if is_final or attempt == MAX_ATTEMPTS:
                    raise refused from None
                retry_after = error.headers.get("Retry-After", "")
                if retry_after.isdigit():
                    wait = int(retry_after)
            except OSError:
                # No connection, or no answer in time.
                if attempt == MAX_ATTEMPTS:
                    raise
            time.sleep(min(wait, MAX_WAIT_SECONDS))
        raise AssertionError("unreachable")


def _problem_in(error):
    try:
        problem = json.load(error)
    except ValueError:
        # The page of a proxy.
        return {}
    return problem if isinstance(problem, dict) else {}


def main(arguments):
    client = Client(
        os.environ.get("SPECTRAKEY_URL", "http://localhost:4000"), os.environ.get("SPECTRAKEY_API_KEY", "")
    )
    if arguments == ["key"]:
        print(json.dumps(client.key(), indent=2))
    elif len(arguments) >= 3 and arguments[0] == "predict":
        answer = client.predict_files(arguments[1], arguments[2:])
        for prediction in answer["predictions"]:
            unit = answer["model"]["unit"] or ""
            print(prediction["file"], prediction["sample_name"], prediction["value"], unit, sep="\t")
        for file in answer["files"]:
            for note in file["notes"]:
                print(f"{file['name']}: {note}", file=sys.stderr)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
