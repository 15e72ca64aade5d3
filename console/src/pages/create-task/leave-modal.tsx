import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker, useNavigate } from 'react-router';

interface Props {
  isDirty: boolean;
  /** Set when the task was created: then there is nothing to lose. */
  isDone: RefObject<boolean>;
  onDiscard: () => void;
}

/** Leaving with something typed asks first. What was typed is kept in the tab, unless it is thrown away. */
export function LeaveModal({ isDirty, isDone, onDiscard }: Props) {
  const { t } = useTranslation('createTask');
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      isDirty && !isDone.current && currentLocation.pathname !== nextLocation.pathname,
  );

  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (!isDone.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty, isDone]);

  useLinksThroughRouter(isDirty);

  if (blocker.state !== 'blocked') return null;
  return (
    <Modal
      visible
      header={t('leave.title')}
      onDismiss={() => blocker.reset()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => blocker.reset()}>
              {t('leave.stay')}
            </Button>
            <Button
              onClick={() => {
                onDiscard();
                blocker.proceed();
              }}
            >
              {t('leave.discard')}
            </Button>
            <Button variant="primary" onClick={() => blocker.proceed()}>
              {t('leave.keep')}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {t('leave.text')}
    </Modal>
  );
}

/** Links of the shell change the address by themselves, which nobody is asked about: follow them by the router instead. */
function useLinksThroughRouter(isDirty: boolean) {
  const navigate = useNavigate();
  useEffect(() => {
    if (!isDirty) return;
    const follow = (event: MouseEvent) => {
      const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      const anchor = event.target instanceof Element ? event.target.closest('a[href^="#/"]') : null;
      if (!isPlain || anchor === null || anchor.getAttribute('target') === '_blank') return;
      event.preventDefault();
      void navigate(anchor.getAttribute('href')?.slice(1) ?? '/');
    };
    document.addEventListener('click', follow, { capture: true });
    return () => document.removeEventListener('click', follow, { capture: true });
  }, [isDirty, navigate]);
}
