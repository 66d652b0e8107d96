# The supervisor as process 1 of a container: it ends its engine gracefully on TERM and starts it anew when it dies.
#
#   docker build -t holdfast .
#   docker run -d -v holdfast:/data -p 127.0.0.1:4848:4848 --restart unless-stopped holdfast
#
# `docker stop` must leave it more time than the 20 s that an engine may take: docker stop -t 30, or
# stop_grace_period: 30s. An init (--init) is not needed: signals arrive and the supervisor's own children are
# buried. Node as process 1 does not bury orphans of others, such as a program started by an alert command that
# leaves children behind; who does that adds --init.
#
# Without the supervisor, for an orchestrator that restarts the container itself: CMD ["holdfast", "run", "--no-restart"].

FROM node:26-slim AS build
WORKDIR /build
COPY . .
RUN npm ci --omit=optional \
 && mkdir /packed \
 && npm pack --workspaces=false --pack-destination /packed ./packages/resilience ./packages/holdfast

FROM node:26-slim
COPY --from=build /packed /packed
RUN npm install --global --omit=dev /packed/*.tgz \
 && rm -rf /packed /root/.npm \
 && mkdir /data && chown node:node /data
USER node
ENV HOLDFAST_DATA_DIR=/data/store \
    HOLDFAST_STATE_DIR=/data/state \
    HOLDFAST_DASHBOARD_HOST=0.0.0.0 \
    HOLDFAST_MANAGER=container
WORKDIR /data
VOLUME /data
EXPOSE 4848
# 4 and 69 tell of the upstreams and of gaps; only an engine that is gone or hangs makes a container unhealthy.
HEALTHCHECK --interval=60s --timeout=20s --start-period=120s \
  CMD ["sh", "-c", "holdfast status >/dev/null; case $? in 0|4|69) exit 0;; *) exit 1;; esac"]
# The supervisor by its path and under the options that keep it small (docs/services.md).
CMD ["node", "--max-semi-space-size=1", "--jitless", "/usr/local/lib/node_modules/holdfast/dist/daemon/supervise.cjs"]
