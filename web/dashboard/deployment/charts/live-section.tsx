import type { DeploymentDetailsFragment } from '../../__generated__/operations.js';
import { Button } from '../../components/button.js';
import { Choices } from '../../components/choices.js';
import { Icon } from '../../components/icon.js';
import { Notice } from '../../components/notice.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { Time } from '../../components/time.js';
import { useUrlState } from '../../url-state.js';
import { BatchSizes } from './batch-sizes.js';
import { DeploymentCharts } from './deployment-charts.js';
import { ErrorsByCode } from './errors-by-code.js';
import { useFigures } from './use-figures.js';
import { useSeries } from './use-series.js';
import { VersionFigures } from './version-figures.js';
import { WindowFigures } from './window-figures.js';
import { windowOf, WINDOWS } from './windows.js';

/** How the deployment does, in figures and charts of a window. */
export default function LiveSection({ deployment }: { readonly deployment: DeploymentDetailsFragment }) {
  const { name } = deployment;
  const [chosen, setChosen] = useUrlState('window', 'PT15M');
  const [until, setUntil] = useUrlState('until', '');
  const { value: window, seconds } = windowOf(chosen);
  const end = until === '' ? null : until;
  const series = useSeries({ deployment: name, window, seconds, until: end });
  const figures = useFigures({ deployment: name, window, until: end });
  const error = series.error ?? figures.error;

  const pan = (by: number) => {
    const from = end === null ? Date.now() : Date.parse(end);
    const next = from - by * 1_000;
    setUntil(next >= Date.now() ? '' : new Date(next).toISOString());
  };
  return (
    <>
      <h2 className="visually-hidden">Live</h2>
      <div className="row window-bar">
        <Choices label="Window" options={WINDOWS} value={window} onChange={setChosen} />
        <span className="row">
          <Button small label="Earlier" iconOnly onPress={() => pan(seconds / 2)}>
            <Icon name="previous" />
          </Button>
          <Button small label="Later" iconOnly isDisabled={end === null} onPress={() => pan(-seconds / 2)}>
            <Icon name="next" />
          </Button>
          {end === null ? (
            <span className="muted">up to now</span>
          ) : (
            <>
              <span>
                until <Time at={end} form="clock" />
              </span>
              <Button small onPress={() => setUntil('')}>
                Now
              </Button>
            </>
          )}
        </span>
      </div>
      {error !== undefined && <QueryError error={error} onRetry={series.refresh} />}
      {figures.data?.incompleteSince != null && (
        <Notice kind="info">
          Figures of before <Time at={figures.data.incompleteSince} form="clock" /> may miss up to ten
          seconds: the server was started again then.
        </Notice>
      )}
      {figures.data !== undefined && <WindowFigures figures={figures.data} />}
      {series.points === undefined ? (
        error === undefined && <Skeleton lines={8} />
      ) : (
        <DeploymentCharts points={series.points} seconds={seconds} until={end} onPan={pan} />
      )}
      {figures.data !== undefined && (
        <div className="chart-grid">
          <BatchSizes sizes={figures.data.batchSizes} />
          <ErrorsByCode errors={figures.data.errorsByCode} requests={figures.data.requests} />
          {figures.data.versions.length > 1 && <VersionFigures versions={figures.data.versions} />}
        </div>
      )}
    </>
  );
}
