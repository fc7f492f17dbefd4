# docker build -t cnn-looking-glass . && docker run --rm -p 8050:8050 cnn-looking-glass
# Runs with --read-only --network none --tmpfs /tmp as well; builds with BuildKit and without.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS build
# Where packages come from, for sites with an index of their own; none of it reaches the image.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ARG PIP_CERT
ARG PIP_DEFAULT_TIMEOUT
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/venv/bin:$PATH
WORKDIR /srv
COPY requirements.txt ./
RUN python -m venv /opt/venv && \
    pip install --no-deps --no-compile --require-hashes -r requirements.txt
COPY deploy/prune_packages.py deploy/bill_of_materials.py /tmp/
RUN python /tmp/prune_packages.py && python /tmp/bill_of_materials.py > bill-of-materials.cdx.json
COPY cnn_core ./cnn_core
COPY artifacts ./artifacts
ENV LOOKING_GLASS_CACHE=/srv/cache TF_CPP_MIN_LOG_LEVEL=2
# Takes minutes: kept apart from what changes often.
RUN python -m cnn_core check && python -m cnn_core survey --light
COPY assets ./assets
COPY app ./app
# Importing what is served compiles it, and nothing else.
RUN python -c "import app.factory, app.local_server" \
    && python -m compileall -q app cnn_core \
    && python /tmp/prune_packages.py app/translations \
    && chmod -R a+rX .

# The system without its caches, its manuals and what installs Python packages; licences stay.
FROM ${BASE_IMAGE} AS system
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} + && \
    find /usr/share/doc -type f ! -name copyright -delete && \
    find / -xdev -type d \( -path "*-packages/pip" -o -path "*-packages/setuptools" \
        -o -name ensurepip -o -name python-wheels \) -prune -exec rm -rf {} + && \
    rm -rf /var/cache/* /var/lib/apt/lists/* /var/log/* /usr/share/man /usr/share/info /usr/share/locale

FROM scratch
LABEL org.opencontainers.image.title="CNN Looking Glass" \
      org.opencontainers.image.description="Look inside a small CNN, and measure what the eye believes it saw" \
      io.cyclonedx.bill-of-materials="/srv/bill-of-materials.cdx.json"
COPY --from=system / /
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOOKING_GLASS_CACHE=/srv/cache \
    LOOKING_GLASS_HOST=0.0.0.0 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    TF_NUM_INTRAOP_THREADS=1
USER 10001:10001
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/readyz', timeout=4)"]
CMD ["python", "-m", "app"]
