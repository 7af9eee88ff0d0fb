import type { AlertWebhookInput } from '../../__generated__/operations.js';
import { TextField } from '../../components/fields.js';

export interface WebhookDraft {
  readonly url: string;
  readonly secret: string;
}

export const NO_WEBHOOK: WebhookDraft = { url: '', secret: '' };

/** Nothing where nobody is to be told. */
export function webhookInput({ url, secret }: WebhookDraft): { readonly webhooks?: AlertWebhookInput[] } {
  if (url.trim() === '' && secret.trim() === '') return {};
  return { webhooks: [{ url: url.trim(), secret: secret.trim() }] };
}

interface WebhookFieldsProps {
  readonly webhook: WebhookDraft;
  readonly onChange: (webhook: WebhookDraft) => void;
  readonly faultAt: (field: string) => string | null;
}

/** Who is told, beside this page. */
export function WebhookFields({ webhook, onChange, faultAt }: WebhookFieldsProps) {
  return (
    <div className="form-row">
      <TextField
        label="Webhook"
        hint="Empty: alerts are events, and shown here."
        placeholder="https://hooks.example.org/retort"
        value={webhook.url}
        onChange={(url) => onChange({ ...webhook, url })}
        fault={faultAt('url')}
      />
      <TextField
        label="Secret that signs"
        hint="What it is called: its value is in the operator’s file alone."
        placeholder="ON_CALL_KEY"
        value={webhook.secret}
        onChange={(secret) => onChange({ ...webhook, secret })}
        fault={faultAt('secret')}
      />
    </div>
  );
}
