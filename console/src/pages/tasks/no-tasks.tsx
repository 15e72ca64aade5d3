import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { CreateTaskButton } from './create-task-button';

export function NoTasks() {
  const { t } = useTranslation('tasks');
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <div>
          <Box variant="strong">{t('none.title')}</Box>
          <Box variant="p" color="text-body-secondary">
            {t('none.text')}
          </Box>
        </div>
        <CreateTaskButton />
      </SpaceBetween>
    </Box>
  );
}

export function NoMatches({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation('tasks');
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="m">
        <Box variant="strong">{t('noMatch')}</Box>
        <Button onClick={onClear}>{t('clear')}</Button>
      </SpaceBetween>
    </Box>
  );
}
