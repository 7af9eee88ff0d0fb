# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The runtime comes with libraries for systems this image is not; they are most of its size.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev \
    && rm -rf node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32

FROM node:24-bookworm-slim
# Two heaps of the C library in place of one a thread: 300 MB at rest with PostgreSQL in place of 350.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    HOST=0.0.0.0 \
    PORT=4000 \
    RETORT_DATA=/data
WORKDIR /app
# Git serves the repositories under /git; the locale is what the runtime's StringNormalizer (text models) asks the system for.
RUN apt-get update && apt-get install -y --no-install-recommends git locales \
    && sed -i 's/^# *\(en_US.UTF-8\)/\1/' /etc/locale.gen && locale-gen \
    && rm -rf /var/lib/apt/lists/*
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY prisma prisma
COPY schema schema
COPY converters converters
COPY examples/models examples/models
COPY --from=build /app/dist dist
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, without a shell between it and SIGTERM, on which it drains and exits.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
