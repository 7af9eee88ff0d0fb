-- CreateEnum
CREATE TYPE "AttachmentRole" AS ENUM ('TRAINING', 'CALIBRATION', 'REFERENCE', 'BACKGROUND', 'TOKENIZER');

-- CreateEnum
CREATE TYPE "OutOfDomainPolicy" AS ENUM ('WARN', 'REFUSE');

-- AlterTable
ALTER TABLE "Version" ADD COLUMN     "disclosesTraining" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "DeploymentRevision" ADD COLUMN     "outOfDomain" "OutOfDomainPolicy" NOT NULL DEFAULT 'WARN';

-- CreateTable
CREATE TABLE "VersionAttachment" (
    "versionId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "role" "AttachmentRole" NOT NULL,
    "digest" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "format" TEXT,
    "rows" INTEGER,
    "reading" TEXT NOT NULL,

    CONSTRAINT "VersionAttachment_pkey" PRIMARY KEY ("versionId","position")
);

-- CreateIndex
CREATE INDEX "VersionAttachment_digest_idx" ON "VersionAttachment"("digest");

-- AddForeignKey
ALTER TABLE "VersionAttachment" ADD CONSTRAINT "VersionAttachment_versionId_fkey" FOREIGN KEY ("versionId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;
