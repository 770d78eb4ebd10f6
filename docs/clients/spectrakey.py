#!/usr/bin/env python3
"""Predictions of a Spectrakey deployment, with Python's standard library only (3.9 and later).

As a module:

    client = Client("https://spectrakey.example", os.environ["SPECTRAKEY_API_KEY"])
    answer = client.predict(deployment_id, [("S-1", [0.1, 0.2, ...])], x_values=[900, 902, ...])
    for prediction in answer["predictions"]:
        print(prediction["sample_name"], prediction["value"], answer["model"]["unit"])

As a program, which reads SPECTRAKEY_URL and SPECTRAKEY_API_KEY:

    python3 spectrakey.py key
    python3 spectrakey.py predict DEPLOYMENT FILE...    (again within 24 hours: without another charge)
"""

import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

MAX_ATTEMPTS = 5
MAX_WAIT_SECONDS = 60
# While the revocation of a key is rehearsed, its calls are refused with 403 and Retry-After. Then it works again.
MAX_REHEARSAL_SECONDS = 600
# After these, the same call may succeed, and its idempotency key keeps it from being charged twice.
RETRIED = {408, 429, 500, 502, 503, 504}
FINAL_CODES = {"QUOTA_EXCEEDED", "API_KEY_QUOTA_EXCEEDED", "MODEL_FAILED"}


class Refused(Exception):
    """An error of the server, with its status and code (https://www.rfc-editor.org/rfc/rfc9457).

    retry_after has the seconds after which the same call, with the same idempotency_key, may succeed, if it may.
    """

    def __init__(self, status, problem, retry_after=None, idempotency_key=None):
        super().__init__(problem.get("detail") or f"The server answered {status}.")
        self.status = status
        self.code = problem.get("code")
        self.problem = problem
        self.retry_after = retry_after
        self.idempotency_key = idempotency_key


class NoAnswer(OSError):
    """No answer arrived, or not all of it. The call may have been charged.

    Within 24 hours the same call with the same idempotency_key returns its answer, and is charged once.
    """

    def __init__(self, reason, idempotency_key=None):
        super().__init__(f"No answer ({reason}).")
        self.idempotency_key = idempotency_key


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it would send the key to another server."""

    def redirect_request(self, *_arguments):
        return None


class Client:
    """Calls a Spectrakey server with an API key.

    on_wait, if given, is called with a sentence before each wait for another attempt: why, and for how many seconds.
    """

    def __init__(self, url, key, timeout=120, on_wait=None):
        self._url = url.rstrip("/")
        self._key = key.strip()
        self._timeout = timeout
        self._on_wait = on_wait
        self._opener = urllib.request.build_opener(_NoRedirects)

    def key(self):
        """Describes the key, its limits and the deployments that it reaches. Costs nothing."""
        return self._send("/api/key")

    def deployment(self, deployment_id):
        """Describes a deployment, with the x values of its model. Costs nothing."""
        return self._send(_path(deployment_id))

    def predict(self, deployment_id, spectra, x_values=None, idempotency_key=None):
        """Predicts for up to 1000 spectra, given as pairs of a sample's name and its values.

        With x_values the server checks that these are the x values of the model.
        """
        body = {"spectra": [{"sample_name": name, "y_values": list(values)} for name, values in spectra]}
        if x_values is not None:
            body["x_values"] = list(x_values)
        return self._send(
            _path(deployment_id, "/predict"),
            json.dumps(body, allow_nan=False).encode(),
            "application/json",
            idempotency_key or str(uuid.uuid4()),
        )

    def predict_files(self, deployment_id, paths, idempotency_key=None):
        """Predicts for all spectra of files (CSV, JCAMP-DX, SPC), or for none if one is refused."""
        boundary = uuid.uuid4().hex
        body = b""
        for name, content in _read(paths):
            quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            heading = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
            body += heading.encode() + content + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        return self._send(
            _path(deployment_id, "/predict/file"),
            body,
            f"multipart/form-data; boundary={boundary}",
            idempotency_key or str(uuid.uuid4()),
        )

    def _send(self, path, body=None, content_type=None, idempotency_key=None):
        headers = {"Authorization": f"Api-Key {self._key}"}
        if content_type:
            headers["Content-Type"] = content_type
        if idempotency_key:
            escaped = idempotency_key.replace("\\", "\\\\").replace('"', '\\"')
            headers["Idempotency-Key"] = f'"{escaped}"'
        for attempt in range(1, MAX_ATTEMPTS + 1):
            request = urllib.request.Request(self._url + path, data=body, headers=headers)
            wait = 2 ** (attempt - 1)
            reason = "No answer."
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    return json.loads(response.read())
            except urllib.error.HTTPError as error:
                problem = _problem_in(error)
                reason = problem.get("detail") or f"The server answered {error.code}."
                text = error.headers.get("Retry-After", "")
                retry_after = int(text) if text.isdigit() else None
                wait = wait if retry_after is None else retry_after
                is_rehearsed = error.code == 403 and retry_after is not None
                may_repeat = is_rehearsed or (error.code in RETRIED and problem.get("code") not in FINAL_CODES)
                max_wait = MAX_REHEARSAL_SECONDS if is_rehearsed else MAX_WAIT_SECONDS
                if not may_repeat or wait > max_wait or attempt == MAX_ATTEMPTS:
                    raise Refused(error.code, problem, retry_after, idempotency_key) from None
            except (OSError, http.client.HTTPException, json.JSONDecodeError, UnicodeDecodeError) as error:
                # No connection, no answer in time, or only a part of it.
                if attempt == MAX_ATTEMPTS:
                    raise NoAnswer(getattr(error, "reason", None) or error, idempotency_key) from error
            if self._on_wait:
                self._on_wait(f"{reason} Trying again in {wait} s.")
            time.sleep(wait)
        raise AssertionError("unreachable")


def _path(deployment_id, rest=""):
    return f"/api/deployments/{urllib.parse.quote(deployment_id, safe='')}{rest}"


def key_of(deployment_id, paths):
    """An idempotency key made of the deployment and of the names and contents of files.

    A program that uses it and is run again within 24 hours is not charged again.
    """
    digest = hashlib.sha256()
    for name, content in _read(paths):
        digest.update(json.dumps([deployment_id, name, len(content)]).encode() + content)
    return digest.hexdigest()


def _read(paths):
    for path in paths:
        with open(path, "rb") as file:
            yield os.path.basename(path), file.read()


def _problem_in(error):
    try:
        problem = json.loads(error.read())
    except (OSError, http.client.HTTPException, ValueError):
        # The page of a proxy, or only a part of it.
        return {}
    return problem if isinstance(problem, dict) else {}


def main(arguments):
    is_predict = len(arguments) >= 3 and arguments[0] == "predict"
    if arguments != ["key"] and not is_predict:
        print(__doc__, file=sys.stderr)
        return 2
    key = os.environ.get("SPECTRAKEY_API_KEY", "").strip()
    if not key:
        print("Set SPECTRAKEY_API_KEY to the API key.", file=sys.stderr)
        return 2
    url = os.environ.get("SPECTRAKEY_URL", "http://localhost:4000")
    client = Client(url, key, on_wait=lambda sentence: print(sentence, file=sys.stderr))
    if not is_predict:
        print(json.dumps(client.key(), indent=2))
    else:
        deployment_id, paths = arguments[1], arguments[2:]
        answer = client.predict_files(deployment_id, paths, key_of(deployment_id, paths))
        for prediction in answer["predictions"]:
            unit = answer["model"]["unit"] or ""
            print(prediction["file"], prediction["sample_name"], prediction["value"], unit, sep="\t")
        for file in answer["files"]:
            for note in file["notes"]:
                print(f"{file['name']}: {note}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
