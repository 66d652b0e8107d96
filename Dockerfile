# The supervisor as process 1 of a container: it ends its engine gracefully on TERM and starts it anew when it dies.
#
#   docker build -t holdfast .
#   docker run -d --name holdfast -v holdfast:/data --restart unless-stopped --stop-timeout 45 holdfast
#   docker exec holdfast holdfast status
#
# Settings by -e HOLDFAST_*, or a file at /data/holdfast.config.json. The page listens on the container's own loopback,
# since it has no login: on Linux, --network host shows it at http://127.0.0.1:4848/ of the machine.
# An init (--init) is not needed: signals arrive and the supervisor's own children are buried. Node as process 1 does
# not bury orphans of others, such as a program started by an alert command that leaves children behind; who does that
# adds --init. For an orchestrator that restarts the container itself: CMD ["holdfast", "run", "--no-restart"].

FROM node:26.10.0-slim AS build
WORKDIR /build
COPY . .
# With optional packages: the compiler and the bundler have their programs for each system there.
RUN npm ci --no-audit --no-fund
RUN mkdir /packed \
 && npm pack --workspaces=false --pack-destination /packed ./packages/resilience ./packages/holdfast

FROM node:26.10.0-slim
COPY --from=build /packed /packed
RUN npm install --global --omit=dev --no-audit --no-fund /packed/*.tgz \
 && rm -rf /packed /root/.npm \
 && mkdir /data && chown node:node /data
USER node
ENV HOLDFAST_DATA_DIR=/data/store \
    HOLDFAST_STATE_DIR=/data/state \
    HOLDFAST_MANAGER=container
WORKDIR /data
VOLUME /data
STOPSIGNAL SIGTERM
# The server answers while it lives, and tells how the engine is: one that hangs makes the container unhealthy, an
# upstream that is away does not.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4848/healthz').then((a) => a.json()).then(({ engine }) => process.exit(engine === 'hung' ? 1 : 0), () => process.exit(1))"]
# The supervisor by its path and under the options that keep it small (docs/services.md).
CMD ["node", "--max-semi-space-size=1", "--jitless", "/usr/local/lib/node_modules/holdfast/dist/daemon/supervise.cjs"]
