-- CreateTable
CREATE TABLE "Installation" (
    "row" INTEGER NOT NULL DEFAULT 1,
    "id" UUID NOT NULL,

    CONSTRAINT "Installation_pkey" PRIMARY KEY ("row")
);

ALTER TABLE "Installation" ADD CONSTRAINT "Installation_single_row_check" CHECK ("row" = 1);
