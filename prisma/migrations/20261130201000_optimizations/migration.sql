-- AlterEnum
ALTER TYPE "JobKind" ADD VALUE 'OPTIMIZE_VERSION';

-- AlterTable
ALTER TABLE "Version" ADD COLUMN     "optimization" JSONB;
