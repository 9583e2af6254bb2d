"""Counters for Prometheus. Labels come from closed sets: routes, methods, statuses, commands, codes."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What one process counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "entente_http_requests_total",
            "Answered requests.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "entente_http_request_seconds",
            "From the first byte of the request to the last of the answer.",
            ["route"],
            buckets=_SECONDS_BUCKETS,
            registry=self._registry,
        )
        self._commands = Counter(
            "entente_commands_total", "Orders by their answer.", ["command", "answer"], registry=self._registry
        )
        self._ready = Gauge(
            "entente_ready", "Whether a part was ready when last asked.", ["part"], registry=self._registry
        )
        self._warned = Gauge(
            "entente_warned", "Whether a part gave a warning when last asked.", ["part"], registry=self._registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self._requests.labels(method if method in _KNOWN_METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_command(self, command: str, answer: str) -> None:
        """Count an order; `answer` is recorded, replayed, unchanged or the code of a refusal."""
        self._commands.labels(command, answer).inc()

    def set_ready(self, part: str, *, ready: bool) -> None:
        self._ready.labels(part).set(ready)

    def set_warned(self, part: str, *, warned: bool) -> None:
        self._warned.labels(part).set(warned)

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self._registry)
