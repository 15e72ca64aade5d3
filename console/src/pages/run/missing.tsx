import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** In the place of what is not there, with a way on. */
export function Missing({ title, back, children }: { title: string; back: string; children: ReactNode }) {
  const { t } = useTranslation('run');
  return (
    <Container>
      <Box textAlign="center" padding="l">
        <SpaceBetween size="s">
          <Box variant="h2">{title}</Box>
          <Box color="text-body-secondary">{children}</Box>
          <Link href={back}>{t('missing.back')}</Link>
        </SpaceBetween>
      </Box>
    </Container>
  );
}
