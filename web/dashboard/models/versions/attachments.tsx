import type { AttachmentRole, VersionDetailsQuery } from '../../__generated__/operations.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { formatBytes, formatWhole } from '../../formats/numbers.js';
import { saveFile } from '../../api/save-file.js';
import { Button } from '../../components/button.js';
import { Part } from './part.js';

type Version = NonNullable<VersionDetailsQuery['version']>;

const ROLES: Readonly<Record<AttachmentRole, string>> = {
  TRAINING: 'What it was trained on',
  CALIBRATION: 'What calibrates its intervals',
  REFERENCE: 'What answers are ranked among',
  BACKGROUND: 'What stands for the usual',
  TOKENIZER: 'What turns text into tokens',
  SOURCE: 'What it was converted from',
};

/** Files that belong to a version, and what its predictions say for them. */
export function Attachments({ version }: { readonly version: Version }) {
  const { attachments, disclosesTraining } = version;
  const has = (role: AttachmentRole) => attachments.some((attachment) => attachment.role === role);
  return (
    <Part title="Data">
      <p>
        {has('TRAINING')
          ? `Predictions say whether an instance is like the training rows${disclosesTraining ? ', and name the nearest' : ''}.`
          : 'There is no training data: predictions know no domain but the declared ranges, where there are any.'}{' '}
        {has('CALIBRATION')
          ? 'They have intervals that hold at any level.'
          : 'There is no calibration data: predictions have no intervals.'}
      </p>
      {attachments.length > 0 && (
        <ScrollTable label="Attachments">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Columns</th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col">Get it</th>
            </tr>
          </thead>
          <tbody>
            {attachments.map(({ role, digest, format, rows, size, target, predicted, url }) => (
              <tr key={role + digest}>
                <th scope="row">
                  {role}
                  <div className="muted">{ROLES[role]}</div>
                </th>
                <td>
                  {target !== null && `measured: ${target}`}
                  {predicted !== null && `, predicted: ${predicted}`}
                </td>
                <td className="number">{rows === null ? '–' : formatWhole(rows)}</td>
                <td className="number">{formatBytes(size)}</td>
                <td>
                  <Button
                    small
                    label={`Download ${role}`}
                    onPress={() =>
                      void saveFile(
                        url,
                        `${version.ref}-${role.toLowerCase()}.${(format ?? 'txt').toLowerCase()}`,
                      )
                    }
                  >
                    Download
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </Part>
  );
}
