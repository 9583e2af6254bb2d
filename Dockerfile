# One image for every process; docker-compose.yml names the verb.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements-runtime.lock ./
RUN python -m venv /opt/entente \
 && /opt/entente/bin/pip install --no-cache-dir --require-hashes -r requirements-runtime.lock
COPY . .
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir "hatchling>=1.27" \
 && /opt/build/bin/python -m hatchling build --target wheel \
 && /opt/entente/bin/pip install --no-cache-dir --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin entente \
 && install --directory --owner=entente --mode=0700 /var/lib/entente/documents /var/lib/entente/checkpoints
COPY --from=build /opt/entente /opt/entente
ENV PATH=/opt/entente/bin:$PATH PYTHONUNBUFFERED=1
USER entente
EXPOSE 8000
ENTRYPOINT ["entente"]
CMD ["serve"]
