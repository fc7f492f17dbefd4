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
RUN python -m venv /opt/venv && pip install --require-hashes -r requirements.txt
COPY deploy/prune_packages.py deploy/bill_of_materials.py /tmp/
RUN python /tmp/prune_packages.py && python /tmp/bill_of_materials.py > bill-of-materials.cdx.json
COPY cnn_core ./cnn_core
COPY artifacts ./artifacts
ENV LOOKING_GLASS_CACHE=/srv/cache TF_CPP_MIN_LOG_LEVEL=2
RUN python -m cnn_core check && python -m cnn_core survey
COPY assets ./assets
COPY app ./app
# Importing what is served compiles it, and nothing else.
RUN python -c "import app.factory, app.wsgi, app.serving.worker, app.gunicorn_conf" \
    && python -m compileall -q app cnn_core \
    && chmod -R a+rX .

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="CNN Looking Glass" \
      org.opencontainers.image.description="Look inside a small CNN, and measure what the eye believes it saw" \
      io.cyclonedx.bill-of-materials="/srv/bill-of-materials.cdx.json"
# Written by deploy/label_packages.py from requirements.txt.
LABEL io.cyclonedx.bill-of-materials.packages="\
absl-py==2.5.1, annotated-types==0.8.0, astunparse==1.6.3, babel==2.19.0, blinker==1.9.0, \
brotli==1.2.1, certifi==2026.10.18, charset-normalizer==3.5.2, click==8.5.1, cloudpickle==3.1.2, \
comm==0.2.3, dash==4.4.1, dash-bootstrap-components==2.0.4, filelock==4.3.1, flask==3.1.3, \
flatbuffers==25.12.19, gast==0.7.0, google-pasta==0.2.0, grpcio==1.85.1, gunicorn==27.0.1, \
h5py==3.14.0, idna==3.20, importlib-metadata==10.2.0, itsdangerous==2.2.0, janus==2.0.0, \
jinja2==3.1.6, joblib==1.6.0, keras==3.15.1, lazy-importer==0.1.0 ; python_full_version < '3.15', \
libclang==18.1.1, markdown-it-py==4.3.0, markupsafe==3.0.4, mdurl==0.1.2, ml-dtypes==0.6.0, \
namex==0.1.0, narwhals==2.29.0, nest-asyncio==1.6.0, numpy==2.4.6, opt-einsum==3.4.0, \
optree==0.20.0, packaging==26.3, pillow==13.0.0, platformdirs==4.14.8, plotly==7.1.0, \
protobuf==7.36.2, pydantic==2.14.3, pydantic-core==2.50.4, pygments==2.21.0, requests==2.34.2, \
retrying==1.4.2, rich==15.0.0, scikit-learn==1.9.1, scipy==1.17.1, segno==1.6.6, \
setuptools==84.2.1, six==1.17.0, tensorflow==2.21.0 ; platform_machine != 'x86_64' or sys_platform \
!= 'linux', tensorflow-cpu==2.21.0 ; platform_machine == 'x86_64' and sys_platform == 'linux', \
termcolor==3.3.0, threadpoolctl==3.8.0, tqdm==4.70.1, typing-extensions==4.16.0, \
typing-inspection==0.4.5, urllib3==2.8.0, werkzeug==3.1.9, wheel==0.48.0, wrapt==2.5.2, \
zipp==4.1.2"
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
WORKDIR /srv
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOOKING_GLASS_CACHE=/srv/cache \
    TF_CPP_MIN_LOG_LEVEL=2 \
    TF_NUM_INTRAOP_THREADS=1
USER 10001:10001
EXPOSE 8050
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8050/readyz', timeout=4)"]
CMD ["gunicorn", "--config", "python:app.gunicorn_conf", "app.wsgi:server"]
