import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect, useEffectEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, useCheckSettings } from '../../../api';
import type { FieldError, TaskSettings } from '../../../api';
import { useErrorText } from '../../../components';
import { CheckList } from '../check-list';
import { expectedChecks } from '../model/check-settings';

interface Props {
  settings: TaskSettings;
  onRefused: (errors: FieldError[]) => FieldError[];
}

/** All checks, made when the review is opened. */
export function ReviewChecks({ settings, onRefused }: Props) {
  const { t } = useTranslation('createTask');
  const errorText = useErrorText();
  const check = useCheckSettings();
  const hasFailed = check.data?.some((one) => one.state === 'failed') ?? false;

  function start() {
    check.mutate(settings, {
      onError: (error) => {
        if (error instanceof ApiError) onRefused(error.fields);
      },
    });
  }
  const onOpen = useEffectEvent(start);
  useEffect(() => {
    // At the end of the turn: in development effects run twice, checks should not.
    const timer = setTimeout(() => onOpen(), 0);
    return () => clearTimeout(timer);
  }, []);

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t('checks.all')}
          actions={
            <Button iconName="refresh" loading={check.isPending} onClick={start}>
              {t('checks.again')}
            </Button>
          }
        >
          {t('checks.title')}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {check.isError ? (
          <Alert type="error">{errorText(check.error)}</Alert>
        ) : (
          <CheckList expected={expectedChecks(null, settings)} checks={check.data} />
        )}
        {hasFailed && <Alert type="warning">{t('checks.createAnyway')}</Alert>}
      </SpaceBetween>
    </Container>
  );
}
