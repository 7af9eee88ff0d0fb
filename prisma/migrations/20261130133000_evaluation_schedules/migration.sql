-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'VERSION_EVALUATED';
ALTER TYPE "EventKind" ADD VALUE 'EVALUATION_SCHEDULE_CHANGED';
ALTER TYPE "EventKind" ADD VALUE 'EVALUATION_SCHEDULE_FAILED';

-- AlterTable
ALTER TABLE "Evaluation" ADD COLUMN     "schedule" TEXT,
ALTER COLUMN "jobId" DROP NOT NULL,
ALTER COLUMN "artifact" DROP NOT NULL;

-- CreateTable
CREATE TABLE "EvaluationSchedule" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "asked" TEXT NOT NULL,
    "every" TEXT NOT NULL,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "nextRunAt" TIMESTAMPTZ(3),
    "lastRunAt" TIMESTAMPTZ(3),
    "lastJobId" UUID,
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "EvaluationSchedule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "EvaluationSchedule_name_key" ON "EvaluationSchedule"("name");

-- CreateIndex
CREATE INDEX "EvaluationSchedule_nextRunAt_idx" ON "EvaluationSchedule"("nextRunAt");
