# The product as one image; web, worker and beat differ by their command only (docker-compose.yml).
FROM python:3.11-slim AS build
COPY requirements/production.txt /tmp/requirements.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home /srv/app --shell /usr/sbin/nologin app
COPY --from=build /venv /venv
WORKDIR /srv/app
COPY . .
ENV PATH=/venv/bin:$PATH VAR_DIR=/srv/var STATIC_ROOT=/srv/static
RUN mkdir -p /srv/var /srv/static && chown app /srv/var /srv/static
USER app
# Collected with throw-away keys; the running containers get theirs from KEYS_DIR.
RUN ENVIRONMENT=build KEYS_DIR=/tmp/keys python manage.py collectstatic --noinput && rm -r /tmp/keys
EXPOSE 8000
