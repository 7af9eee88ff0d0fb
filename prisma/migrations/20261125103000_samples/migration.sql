-- CreateEnum
CREATE TYPE "RecordedOperation" AS ENUM ('INFER', 'PREDICT');

-- AlterTable
ALTER TABLE "DeploymentRevision" ADD COLUMN     "recording" JSONB;

-- CreateTable
CREATE TABLE "VersionExample" (
    "versionId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT,
    "description" TEXT,
    "content" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,

    CONSTRAINT "VersionExample_pkey" PRIMARY KEY ("versionId","position")
);

-- CreateTable
CREATE TABLE "RecordedRequest" (
    "id" BIGSERIAL NOT NULL,
    "deploymentId" UUID NOT NULL,
    "versionId" UUID NOT NULL,
    "operation" "RecordedOperation" NOT NULL,
    "rows" INTEGER NOT NULL,
    "content" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RecordedRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RecordedRequest_deploymentId_id_idx" ON "RecordedRequest"("deploymentId", "id");

-- CreateIndex
CREATE INDEX "RecordedRequest_versionId_idx" ON "RecordedRequest"("versionId");

-- AddForeignKey
ALTER TABLE "VersionExample" ADD CONSTRAINT "VersionExample_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecordedRequest" ADD CONSTRAINT "RecordedRequest_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecordedRequest" ADD CONSTRAINT "RecordedRequest_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;
