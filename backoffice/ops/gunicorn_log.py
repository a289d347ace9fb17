"""gunicorn's log: the same lines as every other process, and an access log without query string."""

from typing import Any

from gunicorn.glogging import Logger

from backoffice.http.logs import JsonFormatter, without_tokens


class JsonLogger(Logger):
    """`gunicorn --logger-class backoffice.ops.gunicorn_log.JsonLogger`"""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(JsonFormatter())

    def access(self, resp: Any, req: Any, environ: dict, request_time: Any) -> None:
        """Method, path, status, time; the query string is left out, and so is who asked."""
        if not self.cfg.accesslog:
            return
        headers = {name.lower(): value for name, value in resp.headers}
        self.access_log.info(
            "request",
            extra={
                "method": environ["REQUEST_METHOD"],
                "path": without_tokens(environ["PATH_INFO"]),
                "status_code": resp.status_code,
                "duration_ms": round(request_time.total_seconds() * 1000, 1),
                "request_id": headers.get("x-request-id"),
            },
        )
