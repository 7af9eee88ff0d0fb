-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'ARTIFACT_DAMAGED';
ALTER TYPE "EventKind" ADD VALUE 'ARTIFACT_MENDED';

-- AlterTable
ALTER TABLE "Artifact" ADD COLUMN "metadataOmitted" INTEGER NOT NULL DEFAULT 0;

-- What files say of themselves was stored without a limit, and every list of versions reads it. The files still have it.
UPDATE "Artifact"
SET "metadataOmitted" = (SELECT count(*) FROM jsonb_object_keys("metadata")), "metadata" = '{}'
WHERE jsonb_typeof("metadata") = 'object' AND length("metadata"::text) > 131072;
