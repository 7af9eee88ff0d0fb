-- AlterTable
ALTER TABLE "Version" ADD COLUMN     "rewrites" JSONB;
