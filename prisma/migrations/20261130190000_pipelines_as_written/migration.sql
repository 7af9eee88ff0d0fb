-- A pipeline's fields are shown, asked for and written in the order in which its author named them. jsonb forgets it:
-- it gives the shortest keys back first. What is stored already keeps the order it has.
ALTER TABLE "Version" ALTER COLUMN "pipeline" TYPE JSON USING "pipeline"::json;
