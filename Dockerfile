# The switchboard executable on Debian 12, with its own libraries and nothing else.
ARG SWIFT=6.3

FROM swift:${SWIFT}-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq-dev libcurl4-openssl-dev libpq-dev libsqlite3-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /switchboard
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --product switchboard --static-swift-stdlib \
    && install -D "$(swift build --configuration release --show-bin-path)/switchboard" /install/switchboard

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends librabbitmq4 libcurl4 libpq5 libsqlite3-0 ca-certificates tzdata \
    && dpkg --compare-versions "$(dpkg-query -W -f '${Version}' librabbitmq4)" ge 0.11.0-1+deb12u3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/switchboard --create-home switchboard
COPY --from=build /install/switchboard /usr/local/bin/switchboard
COPY Topology /usr/local/share/switchboard/Topology
USER switchboard
WORKDIR /var/lib/switchboard
VOLUME /var/lib/switchboard
STOPSIGNAL SIGTERM
ENTRYPOINT ["switchboard"]
CMD ["run"]
