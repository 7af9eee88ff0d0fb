-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'RUNNER_LOST';
ALTER TYPE "EventKind" ADD VALUE 'RUNNER_RESTARTED';
ALTER TYPE "EventKind" ADD VALUE 'MODEL_UNLOADED';
ALTER TYPE "EventKind" ADD VALUE 'MODEL_RELOADED';

-- AlterTable: what an older row does not say has the value it had before there was such a setting.
ALTER TABLE "DeploymentRevision" ADD COLUMN     "batching" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "cache" JSONB,
ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '{}';
