-- CreateTable
CREATE TABLE "WriterEpoch" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "WriterEpoch_pkey" PRIMARY KEY ("id")
);

INSERT INTO "WriterEpoch" ("id") VALUES (1);
ALTER TABLE "WriterEpoch" ADD CONSTRAINT "WriterEpoch_single_row_check" CHECK ("id" = 1);

-- Called before every statement that writes, by the triggers that a server attaches at its start. A session that names the
-- epoch of its server writes only while no other server has begun since: the lock makes the next one wait for the end
-- of the transaction, and the other way round. Sessions that name none (a person with psql) are let through.
CREATE FUNCTION "checkWriterEpoch"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  own BIGINT := nullif(current_setting('retort.epoch', true), '')::BIGINT;
  newest BIGINT;
BEGIN
  IF own IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT "epoch" INTO newest FROM "WriterEpoch" WHERE "id" = 1 FOR SHARE;
  IF newest IS DISTINCT FROM own THEN
    RAISE EXCEPTION 'another Retort process writes here since epoch %, this one began with epoch %', newest, own
      USING ERRCODE = 'RT001';
  END IF;
  RETURN NULL;
END
$$;
