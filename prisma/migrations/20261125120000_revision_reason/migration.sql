-- AlterTable
ALTER TABLE "DeploymentRevision" ADD COLUMN "reason" TEXT;
