/**
 * Each statement with what it writes, in order. They read the temporary tables `given` and, once there, `m` and `v`.
 * Requests are of the last weeks: older ones the server would prune.
 */
export const FILLING: Readonly<Record<string, string>> = {
  functions: `
    CREATE FUNCTION pg_temp.id_at(at timestamptz, seed text) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
      SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(seed), 1, 3)
        || '8' || substr(md5(seed), 4, 15))::uuid
    $$`,

  models: `
    CREATE TEMP TABLE m ON COMMIT DROP AS
      SELECT (place - 1)::int AS i, pg_temp.id_at(r."createdAt", r.name) AS id, r.*
      FROM given, ROWS FROM (jsonb_to_recordset(given.models) AS (
        name text, title text, summary text, domain text, labels text[], card text, "createdAt" timestamptz
      )) WITH ORDINALITY AS r(name, title, summary, domain, labels, card, "createdAt", place);
    INSERT INTO "Model" ("id", "name", "title", "summary", "domain", "labels", "card", "latestVersion", "createdAt",
        "createdBy", "updatedAt")
      SELECT m.id, m.name, m.title, m.summary, m.domain::"Domain", m.labels, m.card, given.versions, m."createdAt",
        'user-' || m.i % 50, m."createdAt" + given.versions * given.every
      FROM m, given;
    ANALYZE m`,

  'artifacts and versions': `
    CREATE TEMP TABLE v ON COMMIT DROP AS
      SELECT m.i, n, m.id AS "modelId", m.name, at, pg_temp.id_at(at, m.name || n) AS id,
        'sha256:' || encode(sha256((m.name || '@' || n)::bytea), 'hex') AS digest, 'user-' || (m.i + n) % 50 AS actor
      FROM m, given, generate_series(1, given.versions) AS n, LATERAL (SELECT m."createdAt" + n * given.every AS at) t;
    CREATE INDEX ON v (i, n);
    ANALYZE v;
    CREATE TEMP TABLE template ON COMMIT DROP AS
      SELECT row_number() OVER (ORDER BY e."id") - 1 AS place, count(*) OVER () AS places, e."signature", e."pipeline",
        e."metrics", a.*
      FROM "Version" e JOIN "Artifact" a ON a."digest" = e."artifactDigest" WHERE e."createdBy" = 'retort';
    INSERT INTO "Artifact" ("digest", "size", "format", "producer", "irVersion", "opsets", "metadata", "parameterCount",
        "operators", "createdAt")
      SELECT v.digest, t."size" + v.i * 1000 + v.n, t."format", t."producer", t."irVersion", t."opsets", t."metadata",
        t."parameterCount", t."operators", v.at
      FROM v JOIN template t ON t.place = v.i % t.places;
    INSERT INTO "Version" ("id", "modelId", "number", "artifactDigest", "signature", "pipeline", "metrics", "notes",
        "source", "trainingData", "environment", "createdAt", "createdBy")
      SELECT v.id, v."modelId", v.n, v.digest, t."signature", t."pipeline", t."metrics",
        'Trained on the data of week ' || v.n || ', with the learning rate halved after it stopped improving.',
        jsonb_build_object('repository', 'https://git.example.org/' || v.name, 'commit', md5(v.digest) || '00000000',
          'path', 'train/fit.py', 'dirty', false, 'url', null),
        jsonb_build_array(jsonb_build_object('name', 'week-' || v.n, 'url', 'https://data.example.org/' || v.name,
          'digest', v.digest, 'split', 'train')),
        jsonb_build_object('runtime', 'Python 3.12.4', 'platform', 'linux-x86_64', 'image', null, 'packages', (
          SELECT jsonb_agg(jsonb_build_object('name', 'package-' || p, 'version', '1.' || p || '.0'))
          FROM generate_series(1, 20) AS p)),
        v.at, v.actor
      FROM v JOIN template t ON t.place = v.i % t.places`,

  tags: `
    INSERT INTO "Tag" ("modelId", "name", "versionId", "createdAt", "createdBy")
      SELECT "modelId", 'v1.' || n / 3 || '.0', id, at, actor FROM v WHERE n % 3 = 0
      UNION ALL
      SELECT "modelId", 'release-' || n, id, at, actor FROM v WHERE n % 10 = 0`,

  'aliases and their histories': `
    CREATE TEMP TABLE moved ON COMMIT DROP AS
      SELECT row_number() OVER (ORDER BY at, m.i, s.alias) + (SELECT coalesce(max("id"), 0) FROM "AliasMove") AS id,
        m.i, m.id AS "modelId", m.name, s.*, at, lag(s."to") OVER (PARTITION BY m.i, s.alias ORDER BY s.step) AS "from"
      FROM m, given, jsonb_to_recordset(given.moves) AS s(alias text, step int, "to" int, kind text, previous int,
        "afterMs" bigint), LATERAL (SELECT m."createdAt" + s."afterMs" * interval '1 ms' AS at) t;
    CREATE INDEX ON moved (i, alias, step);
    ANALYZE moved;
    INSERT INTO "AliasMove" ("id", "modelId", "alias", "kind", "fromNumber", "toNumber", "protected", "previousId",
        "reason", "actor", "at")
      SELECT c.id, c."modelId", c.alias, c.kind::"AliasChangeKind", c."from", c."to", c.alias = 'production', p.id,
        'Better on the held-out set', 'user-' || c.i % 50, c.at
      FROM moved c LEFT JOIN moved p ON p.i = c.i AND p.alias = c.alias AND p.step = c.previous
      ORDER BY c.id;
    SELECT setval(pg_get_serial_sequence('"AliasMove"', 'id'), (SELECT max("id") FROM "AliasMove"));
    INSERT INTO "Alias" ("modelId", "name", "versionId", "protected", "updatedAt", "updatedBy")
      SELECT DISTINCT ON (c.i, c.alias) c."modelId", c.alias, v.id, c.alias = 'production', c.at, 'user-' || c.i % 50
      FROM moved c JOIN v ON v.i = c.i AND v.n = c."to"
      ORDER BY c.i, c.alias, c.step DESC`,

  derivations: `
    INSERT INTO "Derivation" ("childId", "parentId", "relation")
      SELECT c.id, p.id, (CASE WHEN c.n % 10 = 0 THEN 'QUANTIZED' ELSE 'FINE_TUNED' END)::"DerivationRelation"
      FROM v c JOIN v p ON p.i = c.i AND p.n = c.n - 1
      UNION ALL
      SELECT c.id, p.id, 'DISTILLED' FROM v c JOIN v p ON p.i = c.i % 5 AND p.n = 1 WHERE c.n = 1 AND c.i >= 5
      UNION ALL
      SELECT c.id, p.id, 'AGGREGATED' FROM v c JOIN v p ON p.i = c.i - 7 AND p.n = c.n WHERE c.n % 25 = 0`,

  'deployments and their revisions': `
    CREATE TEMP TABLE d ON COMMIT DROP AS
      SELECT m.i, pg_temp.id_at(m."createdAt", 'deployment' || m.name) AS id, m.name || '-live' AS name,
        m.id AS "modelId", m.name AS model, m."createdAt" AS at
      FROM m WHERE m.i % 3 = 0;
    INSERT INTO "Deployment" ("id", "name", "modelId", "state", "createdAt", "updatedAt")
      SELECT id, left(name, 63), "modelId", 'STOPPED', at, at FROM d;
    CREATE TEMP TABLE revised ON COMMIT DROP AS
      SELECT d.*, r, v.id AS "versionId", v.n, v.at + interval '1 h' AS "revisedAt"
      FROM d, given, generate_series(1, 20) AS r, v WHERE v.i = d.i AND v.n = ceil(r * given.versions / 20.0);
    INSERT INTO "DeploymentRevision" ("id", "deploymentId", "number", "versionId", "state", "runtime", "batching",
        "limits", "cache", "createdAt", "createdBy")
      SELECT pg_temp.id_at(c."revisedAt", c.name || c.r), c.id, c.r, c."versionId", 'STOPPED', t."runtime",
        t."batching", t."limits", t."cache", c."revisedAt", 'user-' || c.i % 50
      FROM revised c, (SELECT * FROM "DeploymentRevision" LIMIT 1) t`,

  events: `
    INSERT INTO "Event" ("cursor", "at", "kind", "message", "actor", "requestId", "modelId", "modelName", "versionId",
        "versionNumber", "deploymentId", "deploymentName", "data")
      SELECT row_number() OVER (ORDER BY e.at) + counter."last", e.at, e.kind::"EventKind", e.message, e.actor,
        CASE WHEN e.kind <> 'REQUESTS_SERVED' THEN md5(e.message || e.at)::uuid::text END,
        e."modelId", e.model, e."versionId", e.n, e."deploymentId", e.deployment, e.data
      FROM "EventCursor" counter, (
        SELECT "createdAt" AS at, 'MODEL_REGISTERED' AS kind, 'Registered model ' || name AS message,
          'user-' || i % 50 AS actor, id AS "modelId", name AS model, null::uuid AS "versionId", null::int AS n,
          null::uuid AS "deploymentId", null AS deployment, '{}'::jsonb AS data FROM m
        UNION ALL
        SELECT at, 'VERSION_PUBLISHED', 'Published ' || name || '@' || n, actor, "modelId", name, id, n, null, null,
          jsonb_build_object('digest', digest) FROM v
        UNION ALL
        SELECT at, 'VERSION_TAGGED', 'Tagged ' || name || '@' || n, actor, "modelId", name, id, n, null, null,
          jsonb_build_object('tag', 'v1.' || n / 3 || '.0', 'reason', null) FROM v WHERE n % 3 = 0
        UNION ALL
        SELECT c.at, 'ALIAS_MOVED', 'Moved ' || c.name || '@' || c.alias || ' to ' || c.name || '@' || c."to",
          'user-' || c.i % 50, c."modelId", c.name, v.id, v.n, null, null, jsonb_build_object('alias', c.alias,
          'fromNumber', c."from", 'toNumber', c."to", 'protected', false, 'reason', null, 'change', c.kind)
          FROM moved c JOIN v ON v.i = c.i AND v.n = c."to"
        UNION ALL
        SELECT "revisedAt" + s * interval '1 s', 'DEPLOYMENT_STATE_CHANGED', 'Deployment ' || name || ' changed',
          'user-' || i % 50, "modelId", model, "versionId", n, id, name,
          jsonb_build_object('fromState', 'PENDING', 'toState', 'LOADING', 'revision', r, 'reason', null)
          FROM revised, generate_series(1, 4) AS s
        UNION ALL
        SELECT now() - (r + s / 31.0) * interval '1 day', 'REQUESTS_SERVED', 'Served 100 requests of ' || name, 'anonymous',
          "modelId", model, "versionId", n, id, name, jsonb_build_object('operation', 'infer', 'count', 100, 'rows', 100,
          'cacheHits', 0, 'windowMs', 1000, 'meanMs', 1.5, 'p50Ms', 1.2, 'p99Ms', 5.1, 'sampleRequestId', md5(name || s))
          FROM revised, generate_series(1, 30) AS s
        UNION ALL
        SELECT now() - (r + s / 3.1) * interval '1 day', 'REQUEST_FAILED', 'A request of ' || name || ' failed', 'anonymous',
          "modelId", model, "versionId", n, id, name,
          jsonb_build_object('operation', 'infer', 'code', 'DEADLINE_EXCEEDED', 'totalMs', 1000.5)
          FROM revised, generate_series(1, 2) AS s
      ) e;
    UPDATE "EventCursor" SET "last" = (SELECT max("cursor") FROM "Event")`,
};
