-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'LOGGED_PREDICTIONS_DELETED';
ALTER TYPE "EventKind" ADD VALUE 'OUTCOME_RECORDED';

-- AlterTable
ALTER TABLE "DeploymentRevision" ADD COLUMN     "predictionLog" JSONB;

-- CreateTable
CREATE TABLE "LoggedPrediction" (
    "seq" BIGSERIAL NOT NULL,
    "id" TEXT NOT NULL,
    "deploymentId" UUID NOT NULL,
    "versionId" UUID NOT NULL,
    "operation" "RecordedOperation" NOT NULL,
    "rows" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "totalMs" DOUBLE PRECISION NOT NULL,
    "queueMs" DOUBLE PRECISION NOT NULL,
    "runMs" DOUBLE PRECISION NOT NULL,
    "subject" TEXT,
    "errorCode" TEXT,
    "number" DOUBLE PRECISION,
    "content" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,

    CONSTRAINT "LoggedPrediction_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "Outcome" (
    "predictionId" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "recordedBy" TEXT NOT NULL,
    "reason" TEXT,
    "replacements" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Outcome_pkey" PRIMARY KEY ("predictionId")
);

-- CreateIndex
CREATE UNIQUE INDEX "LoggedPrediction_id_key" ON "LoggedPrediction"("id");

-- CreateIndex
CREATE INDEX "LoggedPrediction_deploymentId_seq_idx" ON "LoggedPrediction"("deploymentId", "seq");

-- CreateIndex
CREATE INDEX "LoggedPrediction_deploymentId_at_idx" ON "LoggedPrediction"("deploymentId", "at");

-- CreateIndex
CREATE INDEX "LoggedPrediction_deploymentId_subject_idx" ON "LoggedPrediction"("deploymentId", "subject");

-- CreateIndex
CREATE INDEX "LoggedPrediction_versionId_idx" ON "LoggedPrediction"("versionId");

-- AddForeignKey
ALTER TABLE "LoggedPrediction" ADD CONSTRAINT "LoggedPrediction_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LoggedPrediction" ADD CONSTRAINT "LoggedPrediction_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Outcome" ADD CONSTRAINT "Outcome_predictionId_fkey" FOREIGN KEY ("predictionId") REFERENCES "LoggedPrediction"("id") ON DELETE CASCADE ON UPDATE CASCADE;
