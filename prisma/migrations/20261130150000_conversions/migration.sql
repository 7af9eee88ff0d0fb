-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'CONVERT_MODEL';

-- AlterEnum
ALTER TYPE "AttachmentRole" ADD VALUE 'SOURCE';

-- AlterTable
ALTER TABLE "Version" ADD COLUMN     "conversion" JSONB,
ADD COLUMN     "publishedByJob" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "Version_publishedByJob_key" ON "Version"("publishedByJob");
