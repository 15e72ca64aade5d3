import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useCheckSettings } from '../../api';
import { useErrorText } from '../../components';
import { CheckList } from './check-list';
import { expectedChecks, isOfSide, settingsForSide } from './model/check-settings';
import type { CheckedSide } from './model/check-settings';
import { useWizard } from './wizard-context';

/** Try one side as it is typed, before going on. What was found is gone once something about it changes. */
export function ChecksPanel({ side }: { side: CheckedSide }) {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const { draft, facts, touch, wrongFields } = useWizard();
  const check = useCheckSettings();
  const [checked, setChecked] = useState<string | null>(null);

  const settings = settingsForSide(side, draft, facts.ossRegions, facts.deployment);
  const wish = JSON.stringify(settings);
  const isOld = checked !== null && checked !== wish;

  function start() {
    const wrong = side === 'source' ? wrongFields('source') : [...wrongFields('source'), ...wrongFields('destination')];
    wrong.forEach(touch);
    if (wrong.length > 0) return;
    setChecked(wish);
    check.mutate(settings);
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t(`checks.${side}`)}
          actions={
            <Button iconName="check" loading={check.isPending} onClick={start}>
              {t('checks.start')}
            </Button>
          }
        >
          {t('checks.title')}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {isOld && !check.isPending && <Box color="text-body-secondary">{t('checks.old')}</Box>}
        {check.isError && !isOld && <Alert type="error">{errorText(check.error)}</Alert>}
        {checked === null && <Box color="text-body-secondary">{t('checks.none')}</Box>}
        {checked !== null && !isOld && !check.isError && (
          <CheckList
            expected={expectedChecks(side, settings)}
            checks={check.data?.filter((one) => isOfSide(one.check, side))}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
