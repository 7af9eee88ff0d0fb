-- The words of a model's texts, each once and in small letters: what a search looks through. No word that is searched
-- for has a space in it, so whatever occurs in the texts occurs here, in half the length and already in small letters.
CREATE FUNCTION "modelWords"(texts TEXT[]) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(DISTINCT word, ' ') FROM regexp_split_to_table(lower(array_to_string(texts, ' ')), '[ \t\n\r\f\v]+') AS word
$$;
ALTER TABLE "Model" ADD COLUMN "words" TEXT GENERATED ALWAYS AS
  ("modelWords"(ARRAY["name", "title", "summary", "card"] || "labels")) STORED;
-- Unpacking them would cost more than looking through them; the update stores those there are anew.
ALTER TABLE "Model" ALTER COLUMN "words" SET STORAGE EXTERNAL;
UPDATE "Model" SET "card" = "card";

-- The order of a list by name, whatever the database's own language is.
CREATE INDEX "Model_name_c_id_idx" ON "Model"("name" COLLATE "C", "id");

-- DropIndex
DROP INDEX "Derivation_parentId_idx";

-- CreateIndex
CREATE INDEX "Derivation_parentId_childId_idx" ON "Derivation"("parentId", "childId");

-- CreateIndex
CREATE INDEX "Event_requestId_idx" ON "Event"("requestId");
