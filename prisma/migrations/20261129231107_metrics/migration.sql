-- CreateTable
CREATE TABLE "MetricsTally" (
    "deploymentId" TEXT NOT NULL,
    "seconds" INTEGER NOT NULL,
    "start" TIMESTAMPTZ(0) NOT NULL,
    "run" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,
    "merged" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "MetricsTally_pkey" PRIMARY KEY ("deploymentId","seconds","start","run")
);

-- CreateTable
CREATE TABLE "MetricsRun" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "run" INTEGER NOT NULL,
    "closed" BOOLEAN NOT NULL,

    CONSTRAINT "MetricsRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MetricsGap" (
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "MetricsGap_pkey" PRIMARY KEY ("at")
);

-- CreateIndex
CREATE INDEX "MetricsTally_seconds_start_idx" ON "MetricsTally"("seconds", "start");
