-- CreateEnum
CREATE TYPE "RevisionRole" AS ENUM ('PRIMARY', 'CANDIDATE', 'STANDBY');

-- CreateEnum
CREATE TYPE "MigrationStrategy" AS ENUM ('IMMEDIATE', 'CANARY', 'SHADOW', 'BLUE_GREEN');

-- CreateEnum
CREATE TYPE "MigrationState" AS ENUM ('LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL', 'SUCCEEDED', 'ROLLED_BACK', 'ABORTED', 'FAILED');

-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_STARTED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_ADVANCED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_HELD';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_PAUSED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_RESUMED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_SUCCEEDED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_ROLLED_BACK';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_ABORTED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_FAILED';
ALTER TYPE "EventKind" ADD VALUE 'MIGRATION_REFUSED';
ALTER TYPE "EventKind" ADD VALUE 'DEPLOYMENT_ROLLED_BACK';
ALTER TYPE "EventKind" ADD VALUE 'TRAFFIC_CHANGED';
ALTER TYPE "EventKind" ADD VALUE 'FOLLOWING_CHANGED';

-- AlterTable
ALTER TABLE "Deployment" ADD COLUMN     "followPlan" JSONB,
ADD COLUMN     "followed" TEXT;

-- AlterTable
ALTER TABLE "DeploymentRevision" ADD COLUMN     "previous" INTEGER,
ADD COLUMN     "role" "RevisionRole" NOT NULL DEFAULT 'PRIMARY',
ADD COLUMN     "servedAt" TIMESTAMPTZ(3),
ADD COLUMN     "standbyUntil" TIMESTAMPTZ(3),
ADD COLUMN     "weight" DOUBLE PRECISION NOT NULL DEFAULT 100;

-- Of older revisions nobody wrote down which ones served. Those that failed did not, and what was stopped mostly had.
UPDATE "DeploymentRevision" SET "servedAt" = "createdAt" WHERE "state" IN ('READY', 'DRAINING', 'STOPPED');
UPDATE "DeploymentRevision" AS "one" SET "previous" = (
  SELECT MAX("other"."number") FROM "DeploymentRevision" AS "other"
  WHERE "other"."deploymentId" = "one"."deploymentId" AND "other"."number" < "one"."number" AND "other"."servedAt" IS NOT NULL
);

-- CreateTable
CREATE TABLE "Migration" (
    "id" UUID NOT NULL,
    "deploymentId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "fromRevision" INTEGER NOT NULL,
    "toRevision" INTEGER NOT NULL,
    "strategy" "MigrationStrategy" NOT NULL,
    "plan" JSONB NOT NULL,
    "state" "MigrationState" NOT NULL DEFAULT 'LOADING',
    "stateReason" TEXT,
    "resumesIn" "MigrationState",
    "step" INTEGER,
    "stepAt" TIMESTAMPTZ(3),
    "guards" JSONB NOT NULL DEFAULT '[]',
    "reason" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Migration_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Migration_state_idx" ON "Migration"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Migration_deploymentId_number_key" ON "Migration"("deploymentId", "number");

-- Two migrations of a deployment are never open at once, whoever asks.
CREATE UNIQUE INDEX "Migration_open_key" ON "Migration"("deploymentId") WHERE "state" IN ('LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL');

-- AddForeignKey
ALTER TABLE "Migration" ADD CONSTRAINT "Migration_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One primary serves at most; others may be READY beside it.
DROP INDEX "DeploymentRevision_one_ready";
CREATE UNIQUE INDEX "DeploymentRevision_one_primary_ready" ON "DeploymentRevision" ("deploymentId") WHERE "state" = 'READY' AND "role" = 'PRIMARY';
