import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { useRun, useTaskRuns } from '../../api';
import type { Run } from '../../api';
import { Loaded } from '../../components';
import { link } from '../../links';
import { useFormat } from '../../use-format';
import { FailuresPanel } from '../run/failures-panel';
import { kindOf, lastWithFailures } from '../run/run-facts';

/** What failed in one run of a task: the last one in which something did, or another. */
export function FailuresTab({ taskId }: { taskId: string }) {
  const { t } = useTranslation('task');
  const query = useTaskRuns(taskId);
  const [search, setSearch] = useSearchParams();
  return (
    <Loaded query={query}>
      {() => {
        const asked = search.get('run');
        const runId = asked ?? lastWithFailures(query.runs)?.run_id;
        if (runId === undefined) {
          return (
            <Container>
              <Box textAlign="center" color="text-body-secondary" padding="l">
                {t(query.runs.length === 0 ? 'noRuns' : 'failures.none')}
              </Box>
            </Container>
          );
        }
        const choose = (chosen: string) => setSearch({ tab: 'failures', run: chosen });
        return <RunFailures key={runId} runId={runId} runs={query.runs} onChoose={choose} />;
      }}
    </Loaded>
  );
}

function RunFailures({
  runId,
  runs,
  onChoose,
}: {
  runId: string;
  runs: readonly Run[];
  onChoose: (runId: string) => void;
}) {
  const { t } = useTranslation('task');
  const { t: tRun } = useTranslation('run');
  const format = useFormat();
  const query = useRun(runId);
  const options = runs
    .filter((run) => run.counts.failed > 0 || run.run_id === runId)
    .map((run) => ({
      value: run.run_id,
      label: format.time(run.started_at),
      description: run.run_id,
      labelTag: t('failures.count', { count: run.counts.failed, number: format.number(run.counts.failed) }),
      tags: kindOf(run) === 'full' ? [] : [tRun(`kind.${kindOf(run) as 'retry'}`)],
    }));
  return (
    <Container
      header={
        <Header variant="h2" actions={<Link href={link.run(runId)}>{t('failures.openRun')}</Link>}>
          {t('tabs.failures')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FormField label={t('failures.run')}>
          <Select
            selectedOption={options.find((option) => option.value === runId) ?? { value: runId, label: runId }}
            options={options}
            onChange={({ detail }) =>
              detail.selectedOption.value !== undefined && onChoose(detail.selectedOption.value)
            }
          />
        </FormField>
        <Loaded query={query}>{(run) => <FailuresPanel run={run} />}</Loaded>
      </SpaceBetween>
    </Container>
  );
}
