import { useState } from 'react';
import { useClient, useQuery } from 'urql';
import { VersionReport } from '../../__generated__/model.js';
import type { ReportFormat } from '../../__generated__/operations.js';
import { saveBlob } from '../../api/save-file.js';
import { Button } from '../../components/button.js';
import { Notice } from '../../components/notice.js';
import { QueryError, sentences } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { CardMarkdown } from '../card/markdown.js';
import { Part } from './part.js';

const FILES: readonly { readonly format: ReportFormat; readonly label: string; readonly ending: string }[] = [
  { format: 'QMRF', label: 'QMRF', ending: 'qmrf.txt' },
  { format: 'MARKDOWN', label: 'Markdown', ending: 'md' },
  { format: 'JSON', label: 'JSON', ending: 'json' },
];

/** What is known of a version by the OECD's principles; read when it is asked for. */
export function ReportSection({ version }: { readonly version: string }) {
  const client = useClient();
  const [isShown, setShown] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const save = async (format: ReportFormat, ending: string) => {
    const { data, error } = await client.query(VersionReport, { ref: version, format }).toPromise();
    const report = data?.version?.report;
    setFault(error ? sentences(error) : null);
    if (report !== undefined) saveBlob(new Blob([report]), `${version}.${ending}`);
  };
  return (
    <Part title="Report">
      <p className="muted">
        Endpoint, algorithm, domain, fit and mechanism, as the OECD’s principles for (Q)SAR models ask; it
        names what is missing.
      </p>
      <div className="row">
        {FILES.map(({ format, label, ending }) => (
          <Button key={format} small onPress={() => void save(format, ending)}>
            Download {label}
          </Button>
        ))}
      </div>
      {fault !== null && <Notice kind="bad">{fault}</Notice>}
      <details open={isShown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>Read it here</summary>
        {isShown && <Report version={version} />}
      </details>
    </Part>
  );
}

function Report({ version }: { readonly version: string }) {
  const [{ data, error }, refresh] = useQuery({
    query: VersionReport,
    variables: { ref: version, format: 'MARKDOWN' },
  });
  if (error) return <QueryError error={error} onRetry={refresh} />;
  const report = data?.version?.report;
  return report === undefined ? <Skeleton lines={6} /> : <CardMarkdown text={report} />;
}
