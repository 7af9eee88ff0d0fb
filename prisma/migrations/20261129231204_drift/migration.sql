-- CreateEnum
CREATE TYPE "ReferenceSource" AS ENUM ('TRAINING_DATA', 'EXAMPLES', 'RECORDED_WINDOW');

-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'REFERENCE_DISTRIBUTION_SET';

-- CreateTable
CREATE TABLE "VersionReference" (
    "id" UUID NOT NULL,
    "versionId" UUID NOT NULL,
    "source" "ReferenceSource" NOT NULL,
    "rows" INTEGER NOT NULL,
    "unanswered" INTEGER NOT NULL,
    "content" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "VersionReference_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DriftSlot" (
    "referenceId" UUID NOT NULL,
    "deploymentId" UUID NOT NULL,
    "seconds" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "DriftSlot_pkey" PRIMARY KEY ("referenceId","deploymentId","seconds","at")
);

-- CreateIndex
CREATE UNIQUE INDEX "VersionReference_versionId_key" ON "VersionReference"("versionId");

-- CreateIndex
CREATE INDEX "DriftSlot_seconds_at_idx" ON "DriftSlot"("seconds", "at");

-- CreateIndex
CREATE INDEX "DriftSlot_deploymentId_idx" ON "DriftSlot"("deploymentId");

-- AddForeignKey
ALTER TABLE "VersionReference" ADD CONSTRAINT "VersionReference_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftSlot" ADD CONSTRAINT "DriftSlot_referenceId_fkey" FOREIGN KEY ("referenceId") REFERENCES "VersionReference"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftSlot" ADD CONSTRAINT "DriftSlot_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;
