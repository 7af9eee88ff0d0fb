-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'RECORDED_REQUESTS_CLEARED';

-- AlterTable
ALTER TABLE "Deployment" ADD COLUMN "recordedAfter" TIMESTAMPTZ(3);
