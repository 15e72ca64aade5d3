import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useTranslation } from 'react-i18next';

import { Field } from '../field';
import { useWizard } from '../wizard-context';
import { LimitTimetable } from './limit-timetable';
import { TimezoneSelect } from './timezone-select';

/** The most that the task takes of its source, and when. */
export function LimitOptions() {
  const { t } = useTranslation('createTask');
  const { mode, draft, change } = useWizard();
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={
            <>
              {t('limits.hint')}
              {mode.kind === 'edit' && (
                <>
                  <br />
                  {t('limits.live')}
                </>
              )}
            </>
          }
        >
          {t('limits.title')}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={2}>
          <Field
            name="limits.bandwidth"
            label={t('limits.bandwidth')}
            optional
            constraintText={t('limits.bandwidthRule')}
          >
            <div className="number-and-word">
              <Input
                value={draft.bandwidth}
                inputMode="decimal"
                placeholder={t('limits.empty')}
                autoComplete={false}
                onChange={({ detail }) => change({ bandwidth: detail.value })}
              />
              <span>{t('limits.mib')}</span>
            </div>
          </Field>
          <Field name="limits.requests" label={t('limits.requests')} optional constraintText={t('limits.requestsRule')}>
            <Input
              value={draft.requests}
              inputMode="numeric"
              placeholder={t('limits.empty')}
              autoComplete={false}
              onChange={({ detail }) => change({ requests: detail.value })}
            />
          </Field>
        </ColumnLayout>
        <Field
          name="limits.timetable"
          label={t('limits.timetable')}
          optional
          description={t('limits.timetableHint')}
          constraintText={draft.windows.length > 0 ? t('limits.windowRule') : undefined}
        >
          <div className="limit-timetable">
            <LimitTimetable />
          </div>
        </Field>
        {draft.windows.length > 0 && (
          <Field name="limits.timezone" label={t('schedule.timezone')} description={t('limits.timezoneHint')}>
            <TimezoneSelect value={draft.limitTimezone} onChange={(limitTimezone) => change({ limitTimezone })} />
          </Field>
        )}
      </SpaceBetween>
    </Container>
  );
}
