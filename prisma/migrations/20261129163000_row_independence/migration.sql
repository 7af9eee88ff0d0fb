-- AlterTable
ALTER TABLE "Artifact" ADD COLUMN "rowProof" JSONB;

-- AlterTable
ALTER TABLE "Version" ADD COLUMN "declaresRowsIndependent" BOOLEAN NOT NULL DEFAULT false;
