import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { fetchReport } from '../../api';
import { useNotify } from '../../components';
import { download } from './download';

/** Everything that a run did, as a file. */
export function ReportDownload({ runId }: { runId: string }) {
  const { t } = useTranslation('run');
  const notify = useNotify();
  const [isBusy, setBusy] = useState(false);

  async function save(format: 'csv' | 'json') {
    setBusy(true);
    try {
      // The link names the file, and is good for a few minutes only.
      download((await fetchReport(runId, format)).url);
    } catch (error) {
      notify.error(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <ButtonDropdown
      loading={isBusy}
      items={[
        { id: 'csv', text: t('report.csv') },
        { id: 'json', text: t('report.json') },
      ]}
      onItemClick={({ detail }) => void save(detail.id === 'json' ? 'json' : 'csv')}
    >
      {t('report.download')}
    </ButtonDropdown>
  );
}
