# One image per app: docker build --target consumer .
# docs/container.md says what is in it and how it is run.

# The build's own Node is not the one that is shipped: that is pinned by package-lock.json.
FROM node:24-bookworm-slim AS build
WORKDIR /millrace
COPY . .
RUN npm ci
ENV PATH=/millrace/node_modules/.bin:$PATH
RUN mkdir -p /image/nodejs/bin && cp "$(node -p process.execPath)" /image/nodejs/bin/node

FROM build AS build-producer
RUN node tools/bundle/src/bundle-app.ts producer /image/app
FROM build AS build-consumer
RUN node tools/bundle/src/bundle-app.ts consumer /image/app
FROM build AS build-aggregator
RUN node tools/bundle/src/bundle-app.ts aggregator /image/app

# C libraries, certificates and nothing to log in with.
FROM gcr.io/distroless/cc-debian12:nonroot AS base
# The AWS SDK looks for its files in the home folder, and fails where there is none.
ENV HOME=/home/nonroot NODE_ENV=production NODE_COMPILE_CACHE=/app/cache
WORKDIR /app
USER 65532:65532
# PID 1 is Node itself, so that it gets SIGTERM.
ENTRYPOINT ["/nodejs/bin/node", "/app/main.js"]

FROM base AS producer
COPY --from=build-producer /image /
FROM base AS aggregator
COPY --from=build-aggregator /image /
# Results pass through in buffers: V8 looks which of them are still needed before it has 48 MiB of what is young.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=2", "/app/main.js"]
FROM base AS consumer
COPY --from=build-consumer /image /
