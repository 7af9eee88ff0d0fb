-- CreateTable
CREATE TABLE "Evaluation" (
    "id" UUID NOT NULL,
    "versionId" UUID NOT NULL,
    "jobId" UUID NOT NULL,
    "dataset" TEXT NOT NULL,
    "artifact" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "metrics" TEXT NOT NULL,
    "report" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "Evaluation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Evaluation_jobId_key" ON "Evaluation"("jobId");

-- CreateIndex
CREATE INDEX "Evaluation_versionId_createdAt_idx" ON "Evaluation"("versionId", "createdAt");

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;
