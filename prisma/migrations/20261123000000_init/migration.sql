-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Domain" AS ENUM ('CHEMISTRY', 'PHYSICS', 'MATERIALS', 'BIOLOGY', 'GENERAL');

-- CreateEnum
CREATE TYPE "DeploymentState" AS ENUM ('PENDING', 'LOADING', 'WARMING', 'READY', 'DRAINING', 'STOPPED', 'FAILED');

-- CreateEnum
CREATE TYPE "DerivationRelation" AS ENUM ('FINE_TUNED', 'QUANTIZED', 'PRUNED', 'DISTILLED', 'CONVERTED', 'AGGREGATED');

-- CreateEnum
CREATE TYPE "EventKind" AS ENUM ('MODEL_REGISTERED', 'MODEL_UPDATED', 'MODEL_ARCHIVED', 'MODEL_DELETED', 'VERSION_PUBLISHED', 'VERSION_TAGGED', 'VERSION_UNTAGGED', 'ALIAS_MOVED', 'ALIAS_REMOVED', 'DEPLOYMENT_STATE_CHANGED', 'REQUEST_FAILED', 'REQUESTS_SERVED');

-- CreateTable
CREATE TABLE "Model" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "summary" TEXT NOT NULL DEFAULT '',
    "domain" "Domain" NOT NULL,
    "labels" TEXT[],
    "card" TEXT NOT NULL DEFAULT '',
    "latestVersion" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archivedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Artifact" (
    "digest" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "format" TEXT NOT NULL,
    "producer" TEXT,
    "irVersion" INTEGER,
    "opsets" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "parameterCount" BIGINT NOT NULL,
    "operators" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Artifact_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "Version" (
    "id" UUID NOT NULL,
    "modelId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "artifactDigest" TEXT NOT NULL,
    "signature" JSONB NOT NULL,
    "pipeline" JSONB,
    "metrics" JSONB NOT NULL,
    "notes" TEXT NOT NULL DEFAULT '',
    "source" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "Version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Derivation" (
    "childId" UUID NOT NULL,
    "parentId" UUID NOT NULL,
    "relation" "DerivationRelation" NOT NULL,

    CONSTRAINT "Derivation_pkey" PRIMARY KEY ("childId","parentId")
);

-- CreateTable
CREATE TABLE "Tag" (
    "modelId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "versionId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "Tag_pkey" PRIMARY KEY ("modelId","name")
);

-- CreateTable
CREATE TABLE "Alias" (
    "modelId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "versionId" UUID NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedBy" TEXT NOT NULL,

    CONSTRAINT "Alias_pkey" PRIMARY KEY ("modelId","name")
);

-- CreateTable
CREATE TABLE "AliasMove" (
    "id" BIGSERIAL NOT NULL,
    "modelId" UUID NOT NULL,
    "alias" TEXT NOT NULL,
    "fromNumber" INTEGER,
    "toNumber" INTEGER,
    "reason" TEXT,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AliasMove_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Deployment" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "modelId" UUID NOT NULL,
    "state" "DeploymentState" NOT NULL DEFAULT 'PENDING',
    "stateReason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DeploymentRevision" (
    "id" UUID NOT NULL,
    "deploymentId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "versionId" UUID NOT NULL,
    "state" "DeploymentState" NOT NULL DEFAULT 'PENDING',
    "stateReason" TEXT,
    "runtime" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "DeploymentRevision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Event" (
    "cursor" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" "EventKind" NOT NULL,
    "message" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "requestId" TEXT,
    "modelId" UUID,
    "modelName" TEXT,
    "versionId" UUID,
    "versionNumber" INTEGER,
    "deploymentId" UUID,
    "deploymentName" TEXT,
    "data" JSONB NOT NULL,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("cursor")
);

-- CreateTable
CREATE TABLE "EventCursor" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "last" BIGINT NOT NULL DEFAULT 0,
    "prunedThrough" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "EventCursor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Model_name_key" ON "Model"("name");

-- CreateIndex
CREATE INDEX "Model_createdAt_id_idx" ON "Model"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Model_updatedAt_id_idx" ON "Model"("updatedAt", "id");

-- CreateIndex
CREATE INDEX "Model_domain_name_idx" ON "Model"("domain", "name");

-- CreateIndex
CREATE INDEX "Model_labels_idx" ON "Model" USING GIN ("labels");

-- CreateIndex
CREATE INDEX "Version_artifactDigest_idx" ON "Version"("artifactDigest");

-- CreateIndex
CREATE UNIQUE INDEX "Version_modelId_number_key" ON "Version"("modelId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Version_id_modelId_key" ON "Version"("id", "modelId");

-- CreateIndex
CREATE INDEX "Derivation_parentId_idx" ON "Derivation"("parentId");

-- CreateIndex
CREATE INDEX "Tag_versionId_idx" ON "Tag"("versionId");

-- CreateIndex
CREATE INDEX "Alias_versionId_idx" ON "Alias"("versionId");

-- CreateIndex
CREATE INDEX "AliasMove_modelId_alias_at_idx" ON "AliasMove"("modelId", "alias", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Deployment_name_key" ON "Deployment"("name");

-- CreateIndex
CREATE INDEX "Deployment_modelId_idx" ON "Deployment"("modelId");

-- CreateIndex
CREATE INDEX "DeploymentRevision_versionId_idx" ON "DeploymentRevision"("versionId");

-- CreateIndex
CREATE INDEX "DeploymentRevision_state_idx" ON "DeploymentRevision"("state");

-- CreateIndex
CREATE UNIQUE INDEX "DeploymentRevision_deploymentId_number_key" ON "DeploymentRevision"("deploymentId", "number");

-- CreateIndex
CREATE INDEX "Event_modelName_cursor_idx" ON "Event"("modelName", "cursor");

-- CreateIndex
CREATE INDEX "Event_deploymentName_cursor_idx" ON "Event"("deploymentName", "cursor");

-- CreateIndex
CREATE INDEX "Event_kind_cursor_idx" ON "Event"("kind", "cursor");

-- AddForeignKey
ALTER TABLE "Version" ADD CONSTRAINT "Version_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Version" ADD CONSTRAINT "Version_artifactDigest_fkey" FOREIGN KEY ("artifactDigest") REFERENCES "Artifact"("digest") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Derivation" ADD CONSTRAINT "Derivation_childId_fkey" FOREIGN KEY ("childId") REFERENCES "Version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Derivation" ADD CONSTRAINT "Derivation_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tag" ADD CONSTRAINT "Tag_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tag" ADD CONSTRAINT "Tag_versionId_modelId_fkey" FOREIGN KEY ("versionId", "modelId") REFERENCES "Version"("id", "modelId") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Alias" ADD CONSTRAINT "Alias_versionId_modelId_fkey" FOREIGN KEY ("versionId", "modelId") REFERENCES "Version"("id", "modelId") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AliasMove" ADD CONSTRAINT "AliasMove_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DeploymentRevision" ADD CONSTRAINT "DeploymentRevision_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DeploymentRevision" ADD CONSTRAINT "DeploymentRevision_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the schema language cannot say, the database holds all the same.
ALTER TABLE "Model" ADD CONSTRAINT "Model_name_check" CHECK ("name" ~ '^[a-z0-9][a-z0-9-]{0,62}$');
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_name_check" CHECK ("name" ~ '^[a-z0-9][a-z0-9-]{0,62}$');
ALTER TABLE "Artifact" ADD CONSTRAINT "Artifact_digest_check" CHECK ("digest" ~ '^sha256:[0-9a-f]{64}$');
ALTER TABLE "Version" ADD CONSTRAINT "Version_number_check" CHECK ("number" > 0);
ALTER TABLE "DeploymentRevision" ADD CONSTRAINT "DeploymentRevision_number_check" CHECK ("number" > 0);
ALTER TABLE "EventCursor" ADD CONSTRAINT "EventCursor_single_row_check" CHECK ("id" = 1);

-- One revision of a deployment serves at a time.
CREATE UNIQUE INDEX "DeploymentRevision_one_ready" ON "DeploymentRevision"("deploymentId") WHERE "state" = 'READY';

INSERT INTO "EventCursor" ("id") VALUES (1);
