-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'MODEL_IMPORTED';

-- CreateTable
CREATE TABLE "MissingParent" (
    "childId" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "relation" "DerivationRelation" NOT NULL,

    CONSTRAINT "MissingParent_pkey" PRIMARY KEY ("childId","model","number")
);

-- CreateIndex
CREATE INDEX "MissingParent_model_number_idx" ON "MissingParent"("model", "number");

-- AddForeignKey
ALTER TABLE "MissingParent" ADD CONSTRAINT "MissingParent_childId_fkey" FOREIGN KEY ("childId") REFERENCES "Version"("id") ON DELETE CASCADE ON UPDATE CASCADE;
