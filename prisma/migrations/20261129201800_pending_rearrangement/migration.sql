-- A change of the traffic, or a rollback, that waits for revisions to be loaded.
ALTER TABLE "Deployment" ADD COLUMN "rearrangement" JSONB;
