-- AlterEnum
ALTER TYPE "EventKind" ADD VALUE 'ALERT_FIRED';
ALTER TYPE "EventKind" ADD VALUE 'ALERT_RESOLVED';
ALTER TYPE "EventKind" ADD VALUE 'ALERT_SILENCED';
ALTER TYPE "EventKind" ADD VALUE 'ALERT_RULE_CHANGED';
ALTER TYPE "EventKind" ADD VALUE 'ALERT_DELIVERY_FAILED';

-- CreateEnum
CREATE TYPE "AlertState" AS ENUM ('PENDING', 'FIRING', 'RESOLVED');
CREATE TYPE "AlertSeverity" AS ENUM ('INFO', 'WARNING', 'CRITICAL');
CREATE TYPE "DeliveryState" AS ENUM ('PENDING', 'DELIVERED', 'FAILED');

-- CreateTable
CREATE TABLE "AlertRule" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "summary" TEXT NOT NULL DEFAULT '',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "severity" "AlertSeverity" NOT NULL DEFAULT 'WARNING',
    "condition" JSONB NOT NULL,
    "deployments" TEXT[],
    "forMs" INTEGER NOT NULL DEFAULT 0,
    "webhooks" JSONB NOT NULL DEFAULT '[]',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "AlertRule_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Alert" (
    "id" UUID NOT NULL,
    "ruleId" UUID,
    "ruleName" TEXT NOT NULL,
    "deploymentId" UUID NOT NULL,
    "deploymentName" TEXT NOT NULL,
    "state" "AlertState" NOT NULL,
    "severity" "AlertSeverity" NOT NULL,
    "value" DOUBLE PRECISION,
    "threshold" DOUBLE PRECISION,
    "message" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "firedAt" TIMESTAMPTZ(3),
    "resolvedAt" TIMESTAMPTZ(3),
    "heldMs" INTEGER NOT NULL DEFAULT 0,
    "unknownMs" INTEGER NOT NULL DEFAULT 0,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,
    "notified" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "Alert_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "AlertSilence" (
    "id" UUID NOT NULL,
    "ruleId" UUID,
    "deploymentName" TEXT,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdBy" TEXT NOT NULL,

    CONSTRAINT "AlertSilence_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "WebhookDelivery" (
    "id" UUID NOT NULL,
    "ruleId" UUID,
    "ruleName" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "state" "DeliveryState" NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "problem" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AlertRule_name_key" ON "AlertRule"("name");
CREATE INDEX "Alert_state_id_idx" ON "Alert"("state", "id");
CREATE INDEX "Alert_deploymentName_id_idx" ON "Alert"("deploymentName", "id");
CREATE INDEX "Alert_ruleId_id_idx" ON "Alert"("ruleId", "id");
CREATE INDEX "AlertSilence_ruleId_idx" ON "AlertSilence"("ruleId");
CREATE INDEX "AlertSilence_until_idx" ON "AlertSilence"("until");
CREATE INDEX "WebhookDelivery_state_origin_nextAttemptAt_idx" ON "WebhookDelivery"("state", "origin", "nextAttemptAt");
CREATE INDEX "WebhookDelivery_ruleId_id_idx" ON "WebhookDelivery"("ruleId", "id");

-- Two names that differ only in case are one to a person.
CREATE UNIQUE INDEX "AlertRule_name_lower_key" ON "AlertRule" (lower("name" COLLATE "C"));
-- One open alert of a rule for a deployment.
CREATE UNIQUE INDEX "Alert_open_key" ON "Alert" ("ruleId", "deploymentId") WHERE "state" <> 'RESOLVED';

-- AddForeignKey
ALTER TABLE "Alert" ADD CONSTRAINT "Alert_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "AlertRule"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "AlertSilence" ADD CONSTRAINT "AlertSilence_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "AlertRule"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "AlertRule"("id") ON DELETE SET NULL ON UPDATE CASCADE;
