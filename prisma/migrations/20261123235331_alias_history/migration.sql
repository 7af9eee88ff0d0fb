-- CreateEnum
CREATE TYPE "AliasChangeKind" AS ENUM ('MOVED', 'ROLLED_BACK', 'REMOVED', 'PROTECTED', 'UNPROTECTED');

-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'ALIAS_PROTECTION_CHANGED';

-- DropIndex
DROP INDEX "AliasMove_modelId_alias_at_idx";

-- AlterTable
ALTER TABLE "Version" ADD COLUMN     "environment" JSONB,
ADD COLUMN     "trainingData" JSONB;

-- AlterTable
ALTER TABLE "Alias" ADD COLUMN     "protected" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "AliasMove" ADD COLUMN     "kind" "AliasChangeKind" NOT NULL DEFAULT 'MOVED',
ADD COLUMN     "previousId" BIGINT,
ADD COLUMN     "protected" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "AliasMove_modelId_id_idx" ON "AliasMove"("modelId", "id");

-- CreateIndex
CREATE INDEX "AliasMove_modelId_alias_id_idx" ON "AliasMove"("modelId", "alias", "id");

-- CreateIndex
CREATE INDEX "AliasMove_modelId_alias_at_id_idx" ON "AliasMove"("modelId", "alias", "at", "id");

-- CreateIndex
CREATE INDEX "AliasMove_previousId_idx" ON "AliasMove"("previousId");

-- AddForeignKey
ALTER TABLE "AliasMove" ADD CONSTRAINT "AliasMove_previousId_fkey" FOREIGN KEY ("previousId") REFERENCES "AliasMove"("id") ON DELETE NO ACTION ON UPDATE CASCADE;


-- A version is never made from itself.
ALTER TABLE "Derivation" ADD CONSTRAINT "Derivation_child_check" CHECK ("childId" <> "parentId");

-- What earlier moves lead back to, by the rule of src/catalog/alias-undo.ts: the last target before, and for an alias
-- that was removed and set to the same target again, what lay behind that target. Instants may not run backwards.
UPDATE "AliasMove" SET "kind" = 'REMOVED' WHERE "toNumber" IS NULL;
DO $$
DECLARE
  move record;
  last record;
  top record;
BEGIN
  FOR move IN SELECT * FROM "AliasMove" ORDER BY "modelId", "alias", "id" LOOP
    SELECT * INTO last FROM "AliasMove" m
      WHERE m."modelId" = move."modelId" AND m."alias" = move."alias" AND m."id" < move."id"
      ORDER BY m."id" DESC LIMIT 1;
    CONTINUE WHEN NOT FOUND;
    SELECT * INTO top FROM "AliasMove" m
      WHERE m."id" = CASE WHEN last."toNumber" IS NULL THEN last."previousId" ELSE last."id" END;
    UPDATE "AliasMove" SET
      "previousId" = CASE WHEN top."toNumber" = move."toNumber" THEN top."previousId" ELSE top."id" END,
      "at" = greatest(move."at", last."at")
      WHERE "id" = move."id";
  END LOOP;
END $$;
