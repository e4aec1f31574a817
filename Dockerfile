# docker build -t gophercap --build-arg VERSION=v1.2.3 .
#
# The first stage builds the Debian package by means of ./dev, which has the only lists of packages. The second
# stage contains only that package and the libraries on which it depends. README.md shows how to run it.
FROM debian:bookworm AS build
WORKDIR /src
COPY dev ./
RUN ./dev setup package
COPY CMakeLists.txt CMakePresets.json CHANGELOG.md ./
COPY bench bench
COPY cmake cmake
COPY packaging packaging
COPY src src
ARG VERSION=development
RUN ./dev package "$VERSION" && mv build/gophercap_*.deb gophercap.deb

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="gophercap" \
      org.opencontainers.image.description="Maps and replays datasets of packet captures as they happened" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/gophercap.deb /tmp/
RUN apt-get update && \
    apt-get install -y --no-install-recommends /tmp/gophercap.deb netbase && \
    rm -rf /var/lib/apt/lists/* /tmp/gophercap.deb
WORKDIR /data
ENTRYPOINT ["gophercap"]
CMD ["help"]
