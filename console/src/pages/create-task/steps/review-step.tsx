import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import type { FieldError, TaskSettings } from '../../../api';
import { useIsPhone } from '../../../components';
import { stepIndex } from '../model/steps';
import type { StepName } from '../model/steps';
import { useWizard } from '../wizard-context';
import { ReviewChecks } from './review-checks';
import { ReviewEstimate } from './review-estimate';
import { useReviewGroups } from './review-groups';

interface Props {
  settings: TaskSettings;
  onEdit: (step: StepName) => void;
  /** The API says that fields cannot be; returns what is about no field. */
  onRefused: (errors: FieldError[]) => FieldError[];
}

/** Everything in words, tried out once more, with what it would copy and cost. */
export function ReviewStep({ settings, onEdit, onRefused }: Props) {
  const { t } = useTranslation('createTask');
  const isPhone = useIsPhone();
  const { mode, draft, change } = useWizard();
  return (
    <SpaceBetween size="l">
      {useReviewGroups(settings).map(({ name, step, pairs }) => (
        <Container
          key={name}
          header={
            <Header
              variant="h2"
              actions={
                <Button
                  ariaLabel={t('review.editOf', { group: t(`review.${name}`), number: stepIndex(step) + 1 })}
                  onClick={() => onEdit(step)}
                >
                  {t('review.edit')}
                </Button>
              }
            >
              {t(`review.${name}`)}
            </Header>
          }
        >
          <KeyValuePairs columns={isPhone ? 1 : 3} items={pairs} />
        </Container>
      ))}
      <ReviewChecks settings={settings} onRefused={onRefused} />
      <ReviewEstimate settings={settings} />
      {mode.kind !== 'edit' && (
        <Container header={<Header variant="h2">{t('review.then')}</Header>}>
          <Checkbox
            checked={draft.startNow}
            description={t('review.startHint')}
            onChange={({ detail }) => change({ startNow: detail.checked })}
          >
            {t('review.startNow')}
          </Checkbox>
        </Container>
      )}
    </SpaceBetween>
  );
}
