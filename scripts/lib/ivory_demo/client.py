"""A small HTTP client for the node: one connection that stays open, JSON in, JSON out."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]


class RequestError(RuntimeError):
    """The node answered with an error; the message carries its reason."""

    def __init__(self, status: int, method: str, path: str, body: bytes) -> None:
        super().__init__(f"{method} {path}: HTTP {status}: {_reason(body)}")
        self.status = status


def _reason(body: bytes) -> str:
    """The reason in an error response, root cause first; the text itself if there is none."""
    text = body.decode("utf-8", "replace")
    try:
        error = json.loads(text)["error"]
        cause = error.get("root_cause", [error])[0]
        return str(cause.get("reason") or error["reason"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return text[:500]


class Client:
    """Not thread-safe; use one a thread."""

    def __init__(self, url: str, timeout: float = 120.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"[{url}] is no http URL")
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        """Sends bytes and returns the whole answer; raises RequestError for 4xx and 5xx."""
        headers = {"Content-Type": kind} if body is not None else {}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise RequestError(response.status, method, path, answer)
        return answer

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Sends and receives JSON."""
        data = None if body is None else json.dumps(body).encode()
        answer: Json = json.loads(self.send(method, path, data))
        return answer

    def delete_if_there(self, path: str) -> None:
        """Deletes; a 404 is no error."""
        try:
            self.call("DELETE", path)
        except RequestError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
