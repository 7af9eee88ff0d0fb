-- CreateTable
CREATE TABLE "ModelDescription" (
    "modelId" UUID NOT NULL,
    "untilVersion" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "domain" "Domain" NOT NULL,
    "labels" TEXT[],
    "card" TEXT NOT NULL,

    CONSTRAINT "ModelDescription_pkey" PRIMARY KEY ("modelId","untilVersion")
);

-- AddForeignKey
ALTER TABLE "ModelDescription" ADD CONSTRAINT "ModelDescription_modelId_fkey" FOREIGN KEY ("modelId") REFERENCES "Model"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
