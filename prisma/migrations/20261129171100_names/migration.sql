-- Names as clients of other servers have them: letters of both cases, digits, dots, underscores and hyphens. What Git or a
-- file system would take for something else stays out.
ALTER TABLE "Model" DROP CONSTRAINT "Model_name_check";
ALTER TABLE "Model" ADD CONSTRAINT "Model_name_check"
  CHECK ("name" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' AND "name" !~* '(\.\.|\.$|\.(lock|git)$)');
ALTER TABLE "Deployment" DROP CONSTRAINT "Deployment_name_check";
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_name_check"
  CHECK ("name" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' AND "name" !~* '(\.\.|\.$|\.(lock|git)$)');

-- Two names that differ only in case are one to a person, and to many a disk. Names were in small letters until now, so none
-- are in the way. Tags were not: those are compared when a new one is given, under the lock of their model.
CREATE UNIQUE INDEX "Model_name_lower_key" ON "Model" (lower("name" COLLATE "C"));
CREATE UNIQUE INDEX "Deployment_name_lower_key" ON "Deployment" (lower("name" COLLATE "C"));
CREATE UNIQUE INDEX "Alias_name_lower_key" ON "Alias" ("modelId", lower("name" COLLATE "C"));
